import ArgumentParser
import FoundationEssentials
import Glibc
import LocalStack

/// `farthing up`: starts everything, shows payments, and stays until Ctrl-C.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up", abstract: "Starts everything on this machine and shows payments.",
        discussion: """
            Data are kept in .farthing and survive a restart. A process that dies is started
            again. What a shell needs to know is written to .farthing/stack.env.
            """)

    @Flag(help: "Leave it running in the background; 'farthing down' stops it.")
    var detach = false

    @Flag(help: "Stop after the demonstration; the exit status is the verifier's.")
    var demoOnly = false

    @OptionGroup var options: StackOptions

    func validate() throws {
        if detach && demoOnly {
            throw ValidationError("--detach and --demo-only exclude each other.")
        }
    }

    func run() async throws {
        let terminal = Terminal()
        let folder = StackFolder.nearest()
        if let pid = folder.supervisorPid {
            // The exit status would be a verifier's that never ran.
            guard !demoOnly else {
                terminal.error(
                    "farthing: it already runs (pid \(pid)), so nothing was demonstrated: "
                        + "farthing down first")
                throw ExitCode.failure
            }
            terminal.line("Farthing already runs (pid \(pid)): see farthing status, farthing down.")
            return
        }
        let signals = Signals()
        let background = try await Background.start(folder, options, terminal)
        let demonstrated: Bool?
        do {
            demonstrated = try await signals.interrupt {
                try await background.untilReady()
                return await demonstrate(folder, terminal)
            }
        } catch {
            _ = await folder.stopEverything()
            throw error
        }
        try await finish(demonstrated, background, folder, signals, terminal)
    }

    /// Returns whether the demonstration and the verifier are content.
    private func demonstrate(_ folder: StackFolder, _ terminal: Terminal) async -> Bool {
        do {
            let environment = try StackEnvironment(file: folder.environmentFile)
            let (people, content) = try await Demonstration(environment, terminal).run()
            Handbook(environment, people, folder, terminal).show()
            return content
        } catch {
            terminal.error("farthing: the demonstration failed: \(error)")
            return false
        }
    }

    private func finish(
        _ demonstrated: Bool?, _ background: Background, _ folder: StackFolder,
        _ signals: Signals, _ terminal: Terminal
    ) async throws {
        if detach, let demonstrated {
            terminal.line("\nIt runs in the background; farthing down stops it.")
            if !demonstrated { throw ExitCode.failure }
            return
        }
        if !demoOnly, demonstrated != nil {
            terminal.line("\nCtrl-C stops it.")
            do {
                _ = try await signals.interrupt { try await background.follow() }
            } catch let exit as CleanExit {
                throw exit
            } catch {
                // The supervisor was killed, and has left what it supervised.
                _ = await folder.stopEverything()
                throw error
            }
        }
        terminal.line("\nStopping.")
        _ = await folder.stopEverything()
        if demonstrated == nil { throw ExitCode(130) }
        if demoOnly, demonstrated == false { throw ExitCode.failure }
    }
}
