import Foundation
import Glibc

/// Processor time, user's and system's together, in seconds.
enum ProcessorTime {
    /// Of this process so far.
    static var own: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
        }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Of a process, its children, and those of them that have ended: all of PostgreSQL.
    static func ofFamily(_ pid: pid_t) throws -> Double {
        let ticks = try FileManager.default.contentsOfDirectory(atPath: "/proc")
            .compactMap { pid_t($0) }.compactMap(Process.init)
            .filter { $0.pid == pid || $0.parent == pid }
            .map { $0.pid == pid ? $0.ticks + $0.childrenTicks : $0.ticks }
            .reduce(0, +)
        return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// One process, as proc(5) describes it in `stat`.
    private struct Process {
        let pid: pid_t
        let parent: pid_t
        let ticks: Int
        let childrenTicks: Int

        /// `nil` for one that has ended meanwhile.
        init?(_ pid: pid_t) {
            guard let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
                let name = text.lastIndex(of: ")")
            else { return nil }
            // The third field is the first after the name, which may contain anything.
            let fields = text[text.index(after: name)...].split(separator: " ")
            guard fields.count > 14 else { return nil }
            self.pid = pid
            parent = pid_t(fields[1]) ?? 0
            ticks = (Int(fields[11]) ?? 0) + (Int(fields[12]) ?? 0)
            childrenTicks = (Int(fields[13]) ?? 0) + (Int(fields[14]) ?? 0)
        }
    }
}
