import FoundationEssentials

/// What a stack is to be made of.
public struct StackConfiguration: Sendable {
    /// Holds everything the stack writes: data, logs, pid files, secrets. Usually `.farthing`.
    public var directory: String
    /// The directory with the programs `payment`, `billing`, `ledger` and `relay`.
    public var binaries: String
    /// Ports by process name; chosen free where none is given.
    public var ports: [String: Int] = [:]
    /// Bootstrap servers of a Kafka that is already there, instead of the embedded broker.
    public var kafka: String?
    /// The embedded broker's program; looked for below `directory` unless given.
    public var brokerBinary: String?
    /// libpq URL of a superuser of a PostgreSQL that is already there, for all three databases,
    /// instead of a private one for each.
    public var postgres: String?
    /// More environment variables, by process name.
    public var environment: [String: [String: String]] = [:]
    /// The tenant of the development token.
    public var tenant = "demo"
    /// Whether everything ends, by the kernel's hand, when our process dies: for tests.
    public var diesWithParent = false

    public init(directory: String, binaries: String) {
        self.directory = directory
        self.binaries = binaries
    }

    var pids: PidDirectory { PidDirectory("\(directory)/pids") }
    func log(_ name: String) -> String { "\(directory)/log/\(name).log" }
    func data(of service: String) -> String { "\(directory)/\(Stack.server(of: service))" }

    /// Throws `LocalStackError.invalid` where one server has all three databases, as it had until
    /// November 2026: starting new ones beside it would look as if everything were lost.
    func refuseOldData() throws {
        let old = "\(directory)/postgres"
        guard FileManager.default.fileExists(atPath: old) else { return }
        throw LocalStackError(
            .invalid,
            "\(old) has the data of an earlier version, which had one PostgreSQL for all three "
                + "services: move them away to begin anew")
    }
}
