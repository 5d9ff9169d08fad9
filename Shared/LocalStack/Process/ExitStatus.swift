/// How a process ended.
public enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signalled(Int32)

    /// Reads the status word of `waitpid` (wait(2); the C macros are not imported).
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7F
        self = signal == 0 ? .exited((waitStatus >> 8) & 0xFF) : .signalled(signal)
    }

    public var isSuccess: Bool { self == .exited(0) }

    public var description: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .signalled(9): "SIGKILL"
        case .signalled(15): "SIGTERM"
        case .signalled(2): "SIGINT"
        case .signalled(6): "SIGABRT"
        case .signalled(11): "SIGSEGV"
        case .signalled(let signal): "signal \(signal)"
        }
    }
}
