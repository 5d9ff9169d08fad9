/// Something is wrong with the program or its tables, not with the business.
public struct SagaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What kind of error it is. New codes may be added.
    public struct Code: Hashable, Sendable {
        private enum Kind { case malformedRow, noUndo }
        private let kind: Kind

        /// A stored row cannot be read.
        public static let malformedRow = Code(kind: .malformedRow)
        /// A step that has no undo was to be undone: the stored progress fits another plan.
        public static let noUndo = Code(kind: .noUndo)
    }

    public let code: Code
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
