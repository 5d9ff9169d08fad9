public import Money

/// Step 1 of a refund: works out how much of the fee and of its tax goes back, and opens the
/// credit note that says so.
public struct OpenCreditNote: Command, Equatable {
    public struct Done: Codable, Equatable, Sendable {
        public let creditNote: CreditNoteID
        /// What goes back of the invoice's fee, before tax.
        public let fee: Money
        /// What goes back of the tax on the fee.
        public let tax: Money

        public init(creditNote: CreditNoteID, fee: Money, tax: Money) {
            self.creditNote = creditNote
            self.fee = fee
            self.tax = tax
        }
    }

    public static let type = "billing.open-credit-note.v1"
    public static let topic = Topic.billingCommands
    public static let aggregate = "customer"
    /// The key of the `OpenInvoice` that it gives back from.
    public let key: String
    public var subject: String { creditNote.description }

    /// Chosen by the asker, so that the undo can name it even if no answer ever came.
    public let creditNote: CreditNoteID
    public let refund: RefundID
    public let payment: PaymentID
    public let invoice: InvoiceID
    /// What is given back of the payment, fee and tax included.
    public let amount: Money

    public init(
        creditNote: CreditNoteID, refund: RefundID, payment: PaymentID, invoice: InvoiceID,
        amount: Money, key: String
    ) {
        self.creditNote = creditNote
        self.refund = refund
        self.payment = payment
        self.invoice = invoice
        self.amount = amount
        self.key = key
    }
}

/// Undoes `OpenCreditNote`.
public struct VoidCreditNote: Command, Equatable {
    public typealias Done = Nothing

    public static let type = "billing.void-credit-note.v1"
    public static let topic = Topic.billingCommands
    public static let aggregate = "customer"
    /// The key of the `OpenCreditNote` that it undoes.
    public let key: String
    public var subject: String { creditNote.description }

    public let creditNote: CreditNoteID

    public init(creditNote: CreditNoteID, key: String) {
        self.creditNote = creditNote
        self.key = key
    }
}

/// Step 3 of a refund: settles the credit note and gives it its gapless number. Never refused.
public struct SettleCreditNote: Command, Equatable {
    public struct Done: Codable, Equatable, Sendable {
        /// 1, 2, 3 … without a gap, per tenant, in a series of its own beside the invoices'.
        public let number: Int64
        public init(number: Int64) { self.number = number }
    }

    public static let type = "billing.settle-credit-note.v1"
    public static let topic = Topic.billingCommands
    public static let aggregate = "customer"
    /// The key of the `OpenCreditNote` that it settles.
    public let key: String
    public var subject: String { creditNote.description }

    public let creditNote: CreditNoteID

    public init(creditNote: CreditNoteID, key: String) {
        self.creditNote = creditNote
        self.key = key
    }
}

/// A credit note was opened, voided or settled.
public struct CreditNoteChanged: Event, Equatable {
    public enum Change: String, Codable, Sendable { case opened, voided, settled }

    public static let type = "billing.credit-note-changed.v1"
    public static let topic = Topic.billingEvents
    public static let aggregate = "credit-note"
    /// The invoice, so that all that happens to one stays in order.
    public var key: String { invoice.description }
    public var subject: String { creditNote.description }

    public let creditNote: CreditNoteID
    public let invoice: InvoiceID
    public let payment: PaymentID
    public let refund: RefundID
    public let change: Change
    /// What is given back of the payment, fee and tax included.
    public let amount: Money
    public let fee: Money
    public let tax: Money
    /// Given at settlement.
    public let number: Int64?

    public init(
        creditNote: CreditNoteID, invoice: InvoiceID, payment: PaymentID, refund: RefundID,
        change: Change, amount: Money, fee: Money, tax: Money, number: Int64?
    ) {
        self.creditNote = creditNote
        self.invoice = invoice
        self.payment = payment
        self.refund = refund
        self.change = change
        self.amount = amount
        self.fee = fee
        self.tax = tax
        self.number = number
    }
}
