import Foundation
import Glibc
import LocalStack

/// What processes hold in memory, as the kernel counts it.
enum ResidentMemory {
    /// Megabytes now (`VmRSS`) and at most so far (`VmHWM`).
    static func megabytes(of pid: pid_t) throws -> (now: Double, peak: Double) {
        let text = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        func megabytes(_ field: String) -> Double {
            let line = text.split(separator: "\n").first { $0.hasPrefix("\(field):") }
            let words = line?.split(whereSeparator: \.isWhitespace) ?? []
            return words.count > 1 ? (Double(words[1]) ?? 0) / 1024 : 0
        }
        return (megabytes("VmRSS"), megabytes("VmHWM"))
    }

    static func of(_ name: String, _ supervisor: Supervisor) async throws -> (
        now: Double, peak: Double
    ) {
        guard let pid = await supervisor.pid(name) else { throw BenchError("\(name) is dead") }
        return try megabytes(of: pid)
    }
}
