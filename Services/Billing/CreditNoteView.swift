import Contracts
import FoundationEssentials
import Postgres
import ServiceHost

/// A credit note as it is answered. Amounts are minor units of `currency`.
struct CreditNoteView: Encodable, Sendable {
    let id: CreditNoteID
    let refund: RefundID
    let payment: PaymentID
    let invoice: InvoiceID
    /// `open`, `voided` or `settled`.
    let status: String
    /// Gapless per tenant, given at settlement.
    @Nullable var number: Int64?
    /// What is given back of the payment.
    let amount: Int64
    let currency: String
    /// What is given back of the invoice's fee; part of the amount.
    let fee: Int64
    /// What is given back of the tax on it; part of the amount.
    let tax: Int64
    let createdAt: Date
    @Nullable var settledAt: Date?
    @Nullable var voidedAt: Date?

    /// Reads a row of `CreditNoteQueries`.
    init(_ row: Row) throws {
        id = try row.id(0)
        refund = try row.id(1)
        payment = try row.id(2)
        invoice = try row.id(3)
        status = try row.read(4)
        _number = Nullable(wrappedValue: try row.read(5))
        amount = try row.read(6)
        currency = try row.read(7)
        fee = try row.read(8)
        tax = try row.read(9)
        createdAt = try row.read(10)
        _settledAt = Nullable(wrappedValue: try row.read(11))
        _voidedAt = Nullable(wrappedValue: try row.read(12))
    }
}
