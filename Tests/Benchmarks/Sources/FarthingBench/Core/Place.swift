import Foundation
import Glibc
import LocalStack

/// Where a run keeps its files and finds its programs.
struct Place: Sendable {
    /// The package's directory.
    static let root = URL(filePath: #filePath)
        .appending(path: "../../../../../..").standardizedFileURL.path.trimmingSuffix("/")

    /// This run's own directory, gone after it.
    let directory: String
    /// `payment`, `billing`, `ledger` and `relay`.
    let binaries: String

    /// Makes the directory on the disk that the clone is on.
    init(binaries: String?) throws {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        self.binaries =
            binaries ?? URL(filePath: own).deletingLastPathComponent().path.trimmingSuffix("/")
        let shared = "\(Self.root)/.farthing"
        let parent = PostgresDirectory.isReachable(Self.root) ? shared : PostgresDirectory.refuge
        Self.removeLeftovers(in: parent)
        directory = "\(parent)/bench-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        for path in [parent, directory] { chmod(path, 0o755) }
    }

    /// What runs left that were killed: nobody else would remove it.
    private static func removeLeftovers(in parent: String) {
        let files = FileManager.default
        for name in (try? files.contentsOfDirectory(atPath: parent)) ?? [] {
            guard name.hasPrefix("bench-"), let pid = pid_t(name.dropFirst("bench-".count)),
                kill(pid, 0) != 0, errno == ESRCH
            else { continue }
            try? files.removeItem(atPath: "\(parent)/\(name)")
        }
    }

    /// This program itself, to be started in another role.
    var ownProgram: String { "/proc/\(getpid())/exe" }

    func remove() { try? FileManager.default.removeItem(atPath: directory) }

    /// A new directory below this run's.
    func folder(_ name: String) throws -> String {
        let path = "\(directory)/\(name)-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        chmod(path, 0o755)
        return path
    }

    /// The embedded broker's program, fetched if nobody has done that yet.
    func broker() async throws -> String {
        let shared = "\(Self.root)/.farthing"
        do {
            return try Broker.locate(below: shared)
        } catch let error as LocalStackError where error.code == .missing {
            _ = try await Program("\(Self.root)/deploy/local/install", ["broker"]).run(in: self)
            return try Broker.locate(below: shared)
        }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
