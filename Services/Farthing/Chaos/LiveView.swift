import Synchronization

/// Shows a run while it goes on: what happens as lines that stay, above a block that is drawn
/// anew; where there is no terminal, the block is one line every few seconds.
final class LiveView: Sendable {
    private struct State {
        /// Lines of the block that stands on the screen.
        var drawn = 0
        var block: [String] = []
        var lastLine = ContinuousClock.now
    }

    private let terminal: Terminal
    private let state = Mutex(State())
    /// How often a log file is told.
    private static let interval = Duration.seconds(5)

    init(_ terminal: Terminal) { self.terminal = terminal }

    /// Something happened.
    func note(_ line: String) {
        state.withLock { state in
            erase(&state)
            terminal.dim("  " + line)
            draw(&state)
        }
    }

    /// The state of things now.
    func show(_ block: [String]) {
        state.withLock { state in
            if terminal.isTerminal {
                erase(&state)
                state.block = block
                draw(&state)
            } else if ContinuousClock.now - state.lastLine >= Self.interval {
                state.lastLine = .now
                terminal.line("  " + block.joined(separator: "; "))
            }
        }
    }

    /// Takes the block off the screen.
    func close() {
        state.withLock { state in
            erase(&state)
            state.block = []
        }
    }

    private func erase(_ state: inout State) {
        if state.drawn > 0 { terminal.eraseLines(state.drawn) }
        state.drawn = 0
    }

    private func draw(_ state: inout State) {
        // A line that wraps would be two to erase.
        let width = terminal.width - 3
        for line in state.block { terminal.line("  " + line.prefix(width)) }
        state.drawn = state.block.count
    }
}
