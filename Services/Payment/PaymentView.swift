import Contracts
import FoundationEssentials
import Money
import Saga
import ServiceHost

/// A payment as clients see it. What is not known yet is `null`.
struct PaymentView: Encodable, Sendable {
    let id: PaymentID
    let status: Payment.Status
    let amount: Int64
    let currency: Currency
    let source: AccountID
    let destination: AccountID
    @Nullable var customer: CustomerID?
    @Nullable var description: String?
    @Nullable var reference: String?
    let metadata: Metadata
    /// What refunds that succeeded have given back.
    let amountRefunded: Int64
    @Nullable var fee: Int64?
    @Nullable var tax: Int64?
    @Nullable var transfer: TransferID?
    @Nullable var invoice: InvoiceID?
    @Nullable var failure: Payment.Failure?
    let createdAt: Date
    @Nullable var endedAt: Date?
    /// Each saga step with its time; only where one payment is asked for.
    let timeline: [TimelineEntry]?

    init(_ payment: Payment, timeline: [TimelineEntry]? = nil) {
        id = payment.id
        status = payment.status
        amount = payment.amount.minorUnits
        currency = payment.amount.currency
        source = payment.source
        destination = payment.destination
        _customer = Nullable(wrappedValue: payment.customer)
        _description = Nullable(wrappedValue: payment.description)
        _reference = Nullable(wrappedValue: payment.reference)
        metadata = payment.metadata
        amountRefunded = payment.refunded
        _fee = Nullable(wrappedValue: payment.success?.fee)
        _tax = Nullable(wrappedValue: payment.success?.tax)
        _transfer = Nullable(wrappedValue: payment.success?.transfer)
        _invoice = Nullable(wrappedValue: payment.success?.invoice)
        _failure = Nullable(wrappedValue: payment.failure)
        createdAt = payment.createdAt
        _endedAt = Nullable(wrappedValue: payment.endedAt)
        self.timeline = timeline
    }
}
