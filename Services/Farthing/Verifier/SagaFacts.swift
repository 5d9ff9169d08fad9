import Contracts
import FoundationEssentials
import Postgres

/// What the three databases know about one saga.
struct SagaFacts: Sendable {
    struct Payment: Equatable, Sendable {
        var id: PaymentID
        var tenant: String
        /// `processing`, `succeeded` or `failed`.
        var status: String
        var amount: Int64
        var currency: String
        var source: AccountID
        var destination: AccountID
        var fee: Int64?
        var tax: Int64?
        var transfer: TransferID?
        var invoice: InvoiceID?
    }

    struct Hold: Equatable, Sendable {
        var id: HoldID
        var tenant: String
        var payment: PaymentID?
        var account: AccountID
        var amount: Int64
        var currency: String
        /// `open`, `posted`, `voided` or `expired`.
        var status: String
    }

    /// An entry of the saga's transfer.
    struct Line: Equatable, Sendable {
        var transfer: TransferID
        var tenant: String
        var payment: PaymentID?
        var account: AccountID
        /// `fees` or `tax` if the account is the operator's.
        var role: String?
        /// `debit` or `credit`.
        var side: String
        var amount: Int64
        var currency: String
        /// What the transfer gives back, if it is a reversal.
        var reverses: TransferID?
    }

    /// A refund, and of its payment what the refund goes by.
    struct Refund: Equatable, Sendable {
        var id: RefundID
        var tenant: String
        /// `processing`, `succeeded` or `failed`.
        var status: String
        var amount: Int64
        var currency: String
        var fee: Int64?
        var tax: Int64?
        var transfer: TransferID?
        var creditNote: CreditNoteID?
        var payment: PaymentID
        var source: AccountID
        var destination: AccountID
        /// The payment's transfer and invoice, which the refund gives back from.
        var original: TransferID?
        var invoice: InvoiceID?
    }

    struct CreditNote: Equatable, Sendable {
        var id: CreditNoteID
        var tenant: String
        var refund: RefundID
        var payment: PaymentID
        var invoice: InvoiceID
        var amount: Int64
        var currency: String
        var fee: Int64
        var tax: Int64
        /// `open`, `voided` or `settled`.
        var status: String
    }

    struct Invoice: Equatable, Sendable {
        var id: InvoiceID
        var tenant: String
        var payment: PaymentID?
        var amount: Int64
        var currency: String
        var fee: Int64
        var tax: Int64
        /// `open`, `voided` or `settled`.
        var status: String
    }

    var payment: Payment?
    var refund: Refund?
    var holds: [Hold] = []
    var lines: [Line] = []
    var invoices: [Invoice] = []
    var creditNotes: [CreditNote] = []
}

// The first column of every row is the saga; the others are in the order of `SagaFactQueries`.

extension SagaFacts.Payment {
    init(_ row: Row) throws {
        self.init(
            id: PaymentID(try row.read(1)), tenant: try row.read(2), status: try row.read(3),
            amount: try row.read(4), currency: try row.read(5), source: AccountID(try row.read(6)),
            destination: AccountID(try row.read(7)), fee: try row.read(8), tax: try row.read(9),
            transfer: try row.read(10, as: UUID?.self).map { TransferID($0) },
            invoice: try row.read(11, as: UUID?.self).map { InvoiceID($0) })
    }
}

extension SagaFacts.Hold {
    init(_ row: Row) throws {
        self.init(
            id: HoldID(try row.read(1)), tenant: try row.read(2),
            payment: try row.read(3, as: UUID?.self).map { PaymentID($0) },
            account: AccountID(try row.read(4)), amount: try row.read(5),
            currency: try row.read(6), status: try row.read(7))
    }
}

extension SagaFacts.Line {
    init(_ row: Row) throws {
        self.init(
            transfer: TransferID(try row.read(1)), tenant: try row.read(2),
            payment: try row.read(3, as: UUID?.self).map { PaymentID($0) },
            account: AccountID(try row.read(4)), role: try row.read(5), side: try row.read(6),
            amount: try row.read(7), currency: try row.read(8),
            reverses: try row.read(9, as: UUID?.self).map { TransferID($0) })
    }
}

extension SagaFacts.Refund {
    init(_ row: Row) throws {
        self.init(
            id: RefundID(try row.read(1)), tenant: try row.read(2), status: try row.read(3),
            amount: try row.read(4), currency: try row.read(5), fee: try row.read(6),
            tax: try row.read(7), transfer: try row.read(8, as: UUID?.self).map { TransferID($0) },
            creditNote: try row.read(9, as: UUID?.self).map { CreditNoteID($0) },
            payment: PaymentID(try row.read(10)), source: AccountID(try row.read(11)),
            destination: AccountID(try row.read(12)),
            original: try row.read(13, as: UUID?.self).map { TransferID($0) },
            invoice: try row.read(14, as: UUID?.self).map { InvoiceID($0) })
    }
}

extension SagaFacts.CreditNote {
    init(_ row: Row) throws {
        self.init(
            id: CreditNoteID(try row.read(1)), tenant: try row.read(2),
            refund: RefundID(try row.read(3)), payment: PaymentID(try row.read(4)),
            invoice: InvoiceID(try row.read(5)), amount: try row.read(6),
            currency: try row.read(7), fee: try row.read(8), tax: try row.read(9),
            status: try row.read(10))
    }
}

extension SagaFacts.Invoice {
    init(_ row: Row) throws {
        self.init(
            id: InvoiceID(try row.read(1)), tenant: try row.read(2),
            payment: try row.read(3, as: UUID?.self).map { PaymentID($0) },
            amount: try row.read(4), currency: try row.read(5), fee: try row.read(6),
            tax: try row.read(7), status: try row.read(8))
    }
}
