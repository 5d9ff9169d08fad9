import ArgumentParser
import LocalStack

/// `farthing status`: what runs, and whether it is ready.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Shows what runs.",
        discussion: "Exits with 0 if everything runs and is ready.")

    func run() async throws {
        let folder = StackFolder.nearest()
        let terminal = Terminal()
        let supervisor = folder.supervisorPid
        let names = folder.pids.names
        guard supervisor != nil || !names.isEmpty else {
            terminal.line("Farthing does not run.")
            throw ExitCode.failure
        }
        let environment = try? StackEnvironment(file: folder.environmentFile)
        terminal.line("PROCESS".column(18) + "PID".column(10) + "STATE".column(12) + "URL")
        var content = supervisor != nil
        show(terminal, "supervisor", supervisor, supervisor == nil ? "dead" : "runs", "")
        // PostgreSQL and the broker may be somebody else's; ours have a pid file once they started.
        let needed = Stack.services + ["relay"]
        for name in names + needed.filter({ !names.contains($0) }) {
            let url = environment.flatMap { Self.url(name, $0) }
            let pid = folder.pids.pid(name)
            let state = await state(alive: pid != nil, started: names.contains(name), url)
            content = content && (state == "ready" || state == "runs")
            show(terminal, name, pid, state, url ?? "")
        }
        guard environment != nil else {
            terminal.line("It has not started to the end: there is no stack.env.")
            throw ExitCode.failure
        }
        if !content { throw ExitCode.failure }
    }

    private func state(alive: Bool, started: Bool, _ url: String?) async -> String {
        guard alive else { return started ? "dead" : "missing" }
        guard let url else { return "runs" }
        return await APIClient(baseURL: url).isReady() ? "ready" : "not ready"
    }

    private func show(
        _ terminal: Terminal, _ name: String, _ pid: Int32?, _ state: String, _ url: String
    ) {
        terminal.line(
            name.column(18) + (pid.map { "\($0)" } ?? "-").column(10) + state.column(12) + url)
    }

    private static func url(_ name: String, _ environment: StackEnvironment) -> String? {
        switch name {
        case "payment": environment.paymentURL
        case "billing": environment.billingURL
        case "ledger": environment.ledgerURL
        default: nil
        }
    }
}
