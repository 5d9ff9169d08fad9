import Glibc

/// What kept a part of the local stack from starting, in one line for a person to act on.
public struct LocalStackError: Error, Sendable, CustomStringConvertible {
    /// The kind of failure; open, so that later versions may add to it.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String {
            case missing, occupied, died, notReady, alreadyRunning, invalid
        }
        private let kind: Kind
        /// A program or file that is needed is not there.
        public static let missing = Code(kind: .missing)
        /// A port is in use by somebody else.
        public static let occupied = Code(kind: .occupied)
        /// A process ended although it should have run, or ended with a failure.
        public static let died = Code(kind: .died)
        /// A process runs but did not become ready in time.
        public static let notReady = Code(kind: .notReady)
        /// It runs already.
        public static let alreadyRunning = Code(kind: .alreadyRunning)
        /// A file or an argument cannot be understood.
        public static let invalid = Code(kind: .invalid)

        public var description: String { kind.rawValue }
    }

    public let code: Code
    /// One line, without a final full stop.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}

/// The system's words for an error number.
func errorText(_ number: Int32) -> String {
    strerror(number).map { String(cString: $0) } ?? "error \(number)"
}
