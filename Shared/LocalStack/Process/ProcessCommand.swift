import FoundationEssentials
import Glibc

/// A program to run: what, with which arguments and environment, as whom, writing where.
public struct ProcessCommand: Sendable {
    /// A signal, by the name that setpriv knows it by.
    public enum ParentDeathSignal: String, Sendable { case kill = "KILL", quit = "QUIT" }

    public var executable: String
    public var arguments: [String]
    /// The whole environment of the process; see `inheritedEnvironment`.
    public var environment: [String: String]
    public var workingDirectory: String?
    /// The file that its output and its errors are appended to.
    public var log: String
    /// Whom to run as when we are root; ignored otherwise.
    public var user: String?
    /// The signal that the kernel sends it when our process dies, however it dies. Tests set it,
    /// so that nothing outlives a crashed test run.
    public var parentDeathSignal: ParentDeathSignal?

    public init(
        _ executable: String, _ arguments: [String] = [],
        environment: [String: String] = ProcessCommand.inheritedEnvironment,
        workingDirectory: String? = nil, log: String, user: String? = nil,
        parentDeathSignal: ParentDeathSignal? = nil
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.log = log
        self.user = user
        self.parentDeathSignal = parentDeathSignal
    }

    /// Our own environment, less libpq's variables: a `PGHOST` in somebody's shell must not
    /// redirect a connection of the stack. And unless somebody wants it, nobody describes a crash:
    /// the program that does so inherits the port of the crashed process and may keep it for ever.
    public static var inheritedEnvironment: [String: String] {
        ["SWIFT_BACKTRACE": "enable=no"].merging(ProcessInfo.processInfo.environment) { $1 }
            .filter { !$0.key.hasPrefix("PG") }
    }

    /// The words that are executed. Changing user and tying the child to our life are left to
    /// setpriv (util-linux, part of every Debian), which then becomes the program itself, so the
    /// pid stays.
    var words: [String] {
        var setpriv: [String] = []
        if let user, geteuid() == 0 {
            setpriv += ["--reuid=\(user)", "--regid=\(user)", "--init-groups"]
        }
        if let parentDeathSignal { setpriv += ["--pdeathsig", parentDeathSignal.rawValue] }
        let program = [executable] + arguments
        return setpriv.isEmpty ? program : ["/usr/bin/setpriv"] + setpriv + ["--"] + program
    }

    /// Runs the program to its end. Throws `LocalStackError.died` with the last lines of its
    /// output unless it succeeds, `.missing` if there is no such program.
    public func run(_ name: String) async throws {
        let start = (try? FileManager.default.attributesOfItem(atPath: log))?[.size] as? UInt64
        let status = try await ProcessHandle.spawn(name, self).wait()
        guard status.isSuccess else {
            throw LocalStackError(
                .died, "\(name) failed (\(status)): \(lastWords(since: start ?? 0))")
        }
    }

    /// The last few lines of the log, for an error message.
    func lastWords(since offset: UInt64 = 0, lines: Int = 3) -> String {
        let bytes = readWholeFile(log)?.dropFirst(Int(offset)) ?? []
        let text = String(decoding: bytes.suffix(4096), as: UTF8.self)
        let last = text.split(separator: "\n").suffix(lines).joined(separator: " | ")
        return last.isEmpty ? "it said nothing" : "\(last) (log: \(log))"
    }
}

/// Reads a file to its end, also one of /proc, whose size the system does not tell.
func readWholeFile(_ path: String) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return count == 0 ? bytes : nil }
        bytes += chunk[..<count]
    }
}
