import ArgumentParser
import FoundationEssentials
import Glibc
import LocalStack

/// The supervisor in the background, as `farthing up` sees it: its process and its log.
final class Background: Sendable {
    private let folder: StackFolder
    private let process: ProcessHandle
    private let log: LogFollower

    private init(_ folder: StackFolder, _ process: ProcessHandle, _ log: LogFollower) {
        self.folder = folder
        self.process = process
        self.log = log
    }

    /// Starts a supervisor in a session of its own, so that it outlives the terminal.
    static func start(
        _ folder: StackFolder, _ options: StackOptions, _ terminal: Terminal
    ) async throws -> Background {
        try folder.create()
        unlink(folder.environmentFile)
        let log = LogFollower(LogTail(folder.log), terminal)
        var command = ProcessCommand(
            StackOptions.ownProgram, ["supervise"] + options.words,
            workingDirectory: URL(filePath: folder.path).deletingLastPathComponent().path,
            log: folder.log)
        let mark = folder.supervisorPids.mark(StackFolder.supervisor)
        command.environment[mark.name] = mark.value
        terminal.title("Starting")
        let process = try await ProcessHandle.spawn(StackFolder.supervisor, command)
        return Background(folder, process, log)
    }

    /// Shows the log until everything runs. Throws `ExitCode` if it ends first; the log's last
    /// line then says why.
    func untilReady() async throws {
        while access(folder.environmentFile, F_OK) != 0 {
            try await showMore()
        }
        await log.show()
    }

    /// Shows the log until the supervisor ends, and throws how: `CleanExit` if it was stopped in
    /// good order, else `ExitCode`.
    func follow() async throws {
        while true { try await showMore() }
    }

    private func showMore() async throws {
        await log.show()
        if let status = process.status {
            await log.show()
            if !status.isSuccess { throw ExitCode.failure }
            throw CleanExit.message("Farthing was stopped.")
        }
        try await Task.sleep(for: .milliseconds(30))
    }
}

/// Shows what comes at a log's end; what is an error goes to standard error.
actor LogFollower {
    private var tail: LogTail
    private let terminal: Terminal

    init(_ tail: LogTail, _ terminal: Terminal) {
        self.tail = tail
        self.terminal = terminal
    }

    func show() {
        for line in tail.lines() {
            if line.hasPrefix("farthing: ") {
                terminal.error(line)
            } else {
                terminal.dim("  " + line)
            }
        }
    }
}
