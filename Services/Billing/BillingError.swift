/// What can go wrong in billing that is nobody's business decision: a command that should never
/// have been sent. It ends in `dead_letters`, where a person looks at it.
struct BillingError: Error, Equatable, Sendable, CustomStringConvertible {
    struct Code: Hashable, Sendable {
        private enum Kind: String {
            case unknownCommand, notACommand, unknownInvoice, invoiceEnded, unreadableRow
        }
        private let kind: Kind

        /// A message of a type that billing does not carry out.
        static let unknownCommand = Code(kind: .unknownCommand)
        /// A message that belongs to no saga.
        static let notACommand = Code(kind: .notACommand)
        /// An invoice is to be settled that was never opened.
        static let unknownInvoice = Code(kind: .unknownInvoice)
        /// A voided invoice is to be settled, or a settled one voided.
        static let invoiceEnded = Code(kind: .invoiceEnded)
        /// The database holds something that billing does not understand.
        static let unreadableRow = Code(kind: .unreadableRow)
    }

    let code: Code
    let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
