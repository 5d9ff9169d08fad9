import Glibc

/// Writes lines for people: plain text, with a little emphasis on a terminal.
struct Terminal: Sendable {
    /// Whether somebody watches, rather than a file or a pipe.
    let isTerminal: Bool

    init() {
        isTerminal =
            isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil
            && getenv("TERM").map { String(cString: $0) } != "dumb"
    }

    func title(_ text: String) { line("\n" + styled(text, "1")) }
    func dim(_ text: String) { line(styled(text, "2")) }

    /// Writes at once, so that a reader at the other end of a pipe or a file sees it now.
    func line(_ text: String = "") { Self.write(text + "\n", to: STDOUT_FILENO) }
    func error(_ text: String) { Self.write(text + "\n", to: STDERR_FILENO) }

    /// Columns of the screen; 80 where nobody says.
    var width: Int {
        var size = winsize()
        let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
        return isKnown ? Int(size.ws_col) : 80
    }

    /// Takes the last lines off the screen again.
    func eraseLines(_ count: Int) {
        Self.write("\u{1B}[\(count)F\u{1B}[J", to: STDOUT_FILENO)
    }

    func good(_ text: String) -> String { styled(text, "32") }
    func bad(_ text: String) -> String { styled(text, "31") }

    private func styled(_ text: String, _ code: String) -> String {
        isTerminal ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

extension String {
    /// Padded with spaces to a column's width.
    func column(_ width: Int) -> String {
        self + String(repeating: " ", count: max(1, width - count))
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }

    /// `840 ms` or `2.4 s`.
    var short: String {
        guard milliseconds >= 1000 else { return "\(milliseconds) ms" }
        return "\(milliseconds / 1000).\(milliseconds % 1000 / 100) s"
    }
}
