import Audit
import FoundationEssentials
import LocalStack

/// A service whose sealed log one asks for: its database, and its program, which alone knows how
/// to read what it has sealed.
struct SealedService {
    let name: String
    /// libpq URL of a role that may read everything.
    let database: String
    /// Where the services' programs lie.
    var binaries = StackOptions.ownDirectory

    /// Takes the database from `url`, else from `FARTHING_LEDGER_DB` and the like, else from
    /// `stack.env`. Throws `OperatorError`, `LocalStackError`.
    init(_ name: String, database url: String?) throws {
        try ServiceName.check(name)
        self.name = name
        let variable = "FARTHING_\(name.uppercased())_DB"
        if let url = url ?? ProcessInfo.processInfo.environment[variable] {
            database = url
        } else {
            let stack = try StackEnvironment(file: StackFolder.nearest().environmentFile)
            database = stack.database(of: name)
        }
    }

    /// One of a stack's services.
    init(_ name: String, of stack: StackEnvironment, binaries: String) {
        self.name = name
        self.binaries = binaries
        database = stack.database(of: name)
    }

    /// Has the service's program write an export. Throws `LocalStackError`.
    func export(to path: String) async throws { try await run(["export", path]) }

    /// Has it prove that a row is in the log. Throws `LocalStackError`.
    func prove(_ id: String, to path: String) async throws { try await run(["prove", id, path]) }

    /// Has it prove that the log goes on from the checkpoint in a file. Throws `LocalStackError`.
    func extend(_ note: String, to path: String) async throws {
        try await run(["extend", note, path])
    }

    private func run(_ words: [String]) async throws {
        try await TemporaryFolder.with { scratch in
            var command = ProcessCommand(
                "\(binaries)/\(name)", ["audit"] + words, log: "\(scratch)/log")
            command.environment["DATABASE_URL"] = database
            do {
                try await command.run("\(name) audit")
            } catch let error as LocalStackError where error.code == .died {
                let log = try? String(contentsOfFile: command.log, encoding: .utf8)
                let last = log?.split(separator: "\n").last { $0.hasPrefix("Error: ") }
                throw OperatorError(last.map { String($0.dropFirst(7)) } ?? "\(error)")
            }
        }
    }
}

extension StackEnvironment {
    fileprivate func database(of service: String) -> String {
        switch service {
        case "payment": paymentDatabase
        case "billing": billingDatabase
        default: ledgerDatabase
        }
    }
}

/// A folder that is gone afterwards.
enum TemporaryFolder {
    static func with<Value>(_ body: (_ path: String) async throws -> Value) async throws -> Value {
        let files = FileManager.default
        let path = files.temporaryDirectory.appending(
            path: "farthing-\(UInt64.random(in: 0...UInt64.max))"
        ).path
        try files.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        defer { try? files.removeItem(atPath: path) }
        return try await body(path)
    }
}

/// Reads the small files that one keeps of an audit trail. Throws `OperatorError`, `AuditError`.
enum AuditFiles {
    static func keyring(_ paths: [String]) throws -> Keyring {
        try Keyring(paths.map(TrustedKey.init(file:)))
    }

    /// The checkpoint that one of the keys signed, in the file of a note.
    static func checkpoint(_ path: String, _ keys: Keyring) throws -> Checkpoint {
        do {
            return try keys.open(SignedNote(text(path))).checkpoint
        } catch let error as AuditError {
            throw OperatorError("the checkpoint in \(path) is \(error)")
        }
    }

    private static func text(_ path: String) throws -> String {
        do {
            return try String(contentsOfFile: path, encoding: .utf8)
        } catch {
            throw OperatorError("cannot read \(path)")
        }
    }
}
