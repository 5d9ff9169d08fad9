import FoundationEssentials
import Glibc
import LocalStack

/// The clock of a server that is started with its environment, for a test to set.
///
/// What measures durations goes on, as it does on a machine whose clock is set.
public final class TestClock: Sendable {
    private let file: String
    private let library: String

    /// Tells the true time at first. Throws `LocalStackError`, and what copying a file throws.
    public init() throws {
        // In no directory of the run or the build: whoever PostgreSQL runs as may not read there.
        file = "/tmp/farthing-clock-\(UInt64.random(in: 0...UInt64.max))"
        library = file + ".so"
        try FileManager.default.copyItem(
            atPath: "\(TestRun.binaries)/libTestClock.so", toPath: library)
        try set(ahead: 0)
    }

    deinit {
        unlink(file)
        unlink(library)
    }

    /// Sets it to so many seconds after the true time; before it, if negative.
    public func set(ahead seconds: Int) throws {
        // Written where it is, because the server has it in memory.
        let descriptor = open(file, O_CREAT | O_WRONLY, 0o644)
        defer { close(descriptor) }
        let written = withUnsafeBytes(of: Int64(seconds)) {
            pwrite(descriptor, $0.baseAddress, $0.count, 0)
        }
        guard written == MemoryLayout<Int64>.size, fchmod(descriptor, 0o644) == 0 else {
            throw LocalStackError(.invalid, "cannot set \(file): error \(errno)")
        }
    }

    /// For the server's processes, beside their other environment.
    var environment: [String: String] { ["LD_PRELOAD": library, "TEST_CLOCK": file] }
}
