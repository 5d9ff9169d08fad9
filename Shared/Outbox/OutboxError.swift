/// A command that cannot be handled because something is wrong with the program, not the business.
public struct OutboxError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of error it is. New codes may be added.
    public struct Code: Hashable, Sendable {
        private enum Kind { case notACommand, wrongNumberOfReplies, malformedBarrier }
        private let kind: Kind

        /// The envelope names no saga, step and direction.
        public static let notACommand = Code(kind: .notACommand)
        /// `apply` did not answer each command with one reply.
        public static let wrongNumberOfReplies = Code(kind: .wrongNumberOfReplies)
        /// A row of the barrier holds what no version of this program writes.
        public static let malformedBarrier = Code(kind: .malformedBarrier)
    }

    public let code: Code
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
