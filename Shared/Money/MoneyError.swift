/// Why a calculation with money has no answer.
public struct MoneyError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What went wrong; compare with `==`, as further codes may be added.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        private enum Kind: String { case overflow, currencyMismatch, invalidWeights }
        private let kind: Kind

        /// The result has more minor units than 64 bits can count.
        public static let overflow = Code(kind: .overflow)
        /// Two amounts of different currencies met.
        public static let currencyMismatch = Code(kind: .currencyMismatch)
        /// An allocation by no weights, by a negative one, or by nothing but zeros.
        public static let invalidWeights = Code(kind: .invalidWeights)

        public var description: String { kind.rawValue }
    }

    public let code: Code

    public init(_ code: Code) { self.code = code }

    public var description: String { "MoneyError: \(code)" }
}
