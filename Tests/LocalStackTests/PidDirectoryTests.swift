import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import LocalStack

@Suite("Pid files", .tags(.fault))
struct PidDirectoryTests {
    @Test("a pid that the system has given to another program does not count, nor is it killed")
    func reusedPid() async throws {
        let pids = PidDirectory(try Scratch.directory())
        try pids.write("ledger", getpid())
        #expect(pids.pid("ledger") == nil)
        #expect(await pids.sweep().isEmpty)
        #expect(pids.names.isEmpty)
    }

    @Test(
        "what is no pid is nothing",
        arguments: ["", "\n", "words", "-1", "0", "1", "99999999999999999999"])
    func nonsense(text: String) throws {
        let pids = PidDirectory(try Scratch.directory())
        try Data(text.utf8).write(to: URL(filePath: "\(pids.path)/ledger.pid"))
        #expect(pids.pid("ledger") == nil)
    }

    @Test("what an earlier run has left is found by its mark, and ended")
    func leftover() async throws {
        let pids = PidDirectory(try Scratch.directory())
        let mark = pids.mark("ledger")
        let process = try await ProcessHandle.spawn(
            "ledger",
            ProcessCommand(
                "/bin/sleep", ["1000"], environment: [mark.name: mark.value],
                log: "\(pids.path)/log", parentDeathSignal: .kill))
        try pids.write("ledger", process.pid)
        // The mark is the program's once setpriv has become it.
        try await eventually { pids.pid("ledger") == process.pid }
        #expect(await pids.sweep() == ["ledger"])
        #expect(await process.wait() == .signalled(SIGTERM))
    }
}
