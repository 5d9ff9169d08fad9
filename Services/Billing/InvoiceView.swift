import Contracts
import FoundationEssentials
import Postgres
import ServiceHost

/// An invoice as it is answered. Amounts are minor units of `currency`.
struct InvoiceView: Encodable, Sendable {
    struct Line: Encodable, Sendable {
        let description: String
        let amount: Int64
    }

    let id: InvoiceID
    let payment: PaymentID
    @Nullable var customer: CustomerID?
    /// `open`, `voided` or `settled`.
    let status: String
    /// Gapless per tenant, given at settlement.
    @Nullable var number: Int64?
    /// Of the payment.
    let amount: Int64
    let currency: String
    let fee: Int64
    let tax: Int64
    /// Fee and tax together: what the lines sum to.
    let total: Int64
    let lines: [Line]
    let createdAt: Date
    @Nullable var settledAt: Date?
    @Nullable var voidedAt: Date?

    /// Reads id, payment, customer, status, number, amount, currency, fee, tax, created_at,
    /// settled_at, voided_at.
    init(_ row: Row, lines: [Line]) throws {
        id = try row.id(0)
        payment = try row.id(1)
        _customer = Nullable(wrappedValue: try row.optionalID(2))
        status = try row.read(3)
        _number = Nullable(wrappedValue: try row.read(4))
        amount = try row.read(5)
        currency = try row.read(6)
        fee = try row.read(7)
        tax = try row.read(8)
        total = fee + tax  // at most the amount, as the table's CHECK says
        self.lines = lines
        createdAt = try row.read(9)
        _settledAt = Nullable(wrappedValue: try row.read(10))
        _voidedAt = Nullable(wrappedValue: try row.read(11))
    }
}
