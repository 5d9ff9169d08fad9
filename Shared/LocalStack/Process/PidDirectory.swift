public import Glibc
import FoundationEssentials

/// A directory with one `NAME.pid` per process, as the shell likes it: `kill $(cat ledger.pid)`.
///
/// A pid alone proves nothing, because the system gives it to another program later. So each
/// process carries a mark in its environment that names the directory, and a pid counts only
/// while the process behind it carries that mark.
public struct PidDirectory: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path }

    private static let variable = "FARTHING_PROCESS"

    /// The environment variable that marks a process as the one of this name.
    public func mark(_ name: String) -> (name: String, value: String) {
        (Self.variable, "\(name)@\(path)")
    }

    /// Writes the pid, all or nothing.
    public func write(_ name: String, _ pid: pid_t) throws {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
        try Data("\(pid)\n".utf8).write(to: URL(filePath: file(name)), options: .atomic)
    }

    public func remove(_ name: String) {
        try? FileManager.default.removeItem(atPath: file(name))
    }

    /// The pid of the process of this name, if it is alive and really that process.
    public func pid(_ name: String) -> pid_t? {
        guard let bytes = readWholeFile(file(name)) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        guard let pid = text.first.flatMap({ pid_t($0) }), pid > 1, carriesMark(pid, name)
        else { return nil }
        return pid
    }

    /// The names that have a pid file, alive or not.
    public var names: [String] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return files.filter { $0.hasSuffix(".pid") }.map { String($0.dropLast(4)) }.sorted()
    }

    /// Ends what is left of an earlier run, in the given order and then the rest, and removes all
    /// pid files. Returns the names of those that had to be ended.
    @discardableResult
    public func sweep(
        first order: [String] = [], signals: [String: Int32] = [:], grace: Duration = .seconds(10)
    ) async -> [String] {
        var ended: [String] = []
        let all = names
        for name in order.filter(all.contains) + all.filter({ !order.contains($0) }) {
            if await end(name, signal: signals[name] ?? SIGTERM, grace: grace) {
                ended.append(name)
            }
        }
        return ended
    }

    /// Ends one process that may not be a child of ours: asks, then kills after `grace`. Returns
    /// whether there was one.
    @discardableResult
    public func end(
        _ name: String, signal: Int32 = SIGTERM, grace: Duration = .seconds(10)
    ) async -> Bool {
        defer { remove(name) }
        guard let pid = pid(name) else { return false }
        kill(pid, signal)
        kill(pid, SIGCONT)
        let deadline = ContinuousClock.now + grace
        var killed = false
        while carriesMark(pid, name) {
            if !killed, ContinuousClock.now >= deadline {
                kill(pid, SIGKILL)
                killed = true
            }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    private func file(_ name: String) -> String { "\(path)/\(name).pid" }

    private func carriesMark(_ pid: pid_t, _ name: String) -> Bool {
        let mark = mark(name)
        let wanted = Array("\(mark.name)=\(mark.value)".utf8)
        return environment(of: pid).split(separator: 0).contains { $0.elementsEqual(wanted) }
    }

    /// A process that has ended, also one not yet reaped, has an empty environment. So has one that
    /// is just becoming another program, but only for a moment, which is waited out: what is about
    /// to run would otherwise be taken for gone.
    private func environment(of pid: pid_t) -> [UInt8] {
        let deadline = ContinuousClock.now + .milliseconds(200)
        while true {
            guard let bytes = readWholeFile("/proc/\(pid)/environ") else { return [] }
            guard bytes.isEmpty, !hasEnded(pid), ContinuousClock.now < deadline else {
                return bytes
            }
            sched_yield()
        }
    }

    private func hasEnded(_ pid: pid_t) -> Bool {
        // `PID (NAME) STATE …`, and a name may hold anything, also `)`.
        guard let bytes = readWholeFile("/proc/\(pid)/stat"),
            let name = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return true }
        let state = bytes[name...].dropFirst(2).first
        return state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
    }
}
