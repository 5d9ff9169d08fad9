import FoundationEssentials
import Glibc
import LocalStack

/// Where a run keeps what is needed to understand it: logs, the plan, the timeline, the report,
/// and PostgreSQL's data if something was wrong.
struct ChaosFolder: Sendable {
    let path: String

    var plan: String { "\(path)/plan.txt" }
    var timeline: String { "\(path)/timeline.txt" }
    var violations: String { "\(path)/violations.txt" }
    var report: String { "\(path)/report.json" }

    /// Makes the folder anew. Gives a lock that is held for as long as this process lives. Throws
    /// `LocalStackError.alreadyRunning` if a run goes on in it.
    func begin() throws -> Int32 {
        let files = FileManager.default
        try files.createDirectory(atPath: path, withIntermediateDirectories: true)
        chmod(path, 0o755)
        let lock = open("\(path)/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            throw LocalStackError(.alreadyRunning, "another run goes on in \(path)")
        }
        Stack.removeData(in: path)
        for name in try files.contentsOfDirectory(atPath: path) where name != "lock" {
            try files.removeItem(atPath: "\(path)/\(name)")
        }
        return lock
    }

    /// Writes down what came of a run.
    func keep(_ report: ChaosReport) throws {
        try report.json().write(to: URL(filePath: self.report))
        guard !report.violations.isEmpty else { return }
        let lines = report.violations.map(\.description).joined(separator: "\n")
        try write(lines + "\n", to: violations)
    }

    func write(_ text: String, to file: String) throws {
        try Data(text.utf8).write(to: URL(filePath: file))
    }

    /// Appends a line to the timeline.
    func append(_ line: String) {
        let descriptor = open(timeline, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array((line + "\n").utf8)
        _ = Glibc.write(descriptor, bytes, bytes.count)
    }
}
