import Contracts
import FoundationEssentials
import Money
import Saga
import ServiceHost

/// A refund as clients see it. What is not known yet is `null`.
struct RefundView: Encodable, Sendable {
    let id: RefundID
    let payment: PaymentID
    let status: Payment.Status
    let amount: Int64
    let currency: Currency
    @Nullable var reason: String?
    @Nullable var reference: String?
    let metadata: Metadata
    /// What went back of the payment's fee; part of the amount.
    @Nullable var fee: Int64?
    /// What went back of the tax on the fee; part of the amount.
    @Nullable var tax: Int64?
    @Nullable var transfer: TransferID?
    @Nullable var creditNote: CreditNoteID?
    @Nullable var failure: Payment.Failure?
    let createdAt: Date
    @Nullable var endedAt: Date?
    /// Each saga step with its time; only where one refund is asked for.
    let timeline: [TimelineEntry]?

    init(_ refund: Refund, timeline: [TimelineEntry]? = nil) {
        id = refund.id
        payment = refund.payment
        status = refund.status
        amount = refund.amount.minorUnits
        currency = refund.amount.currency
        _reason = Nullable(wrappedValue: refund.reason)
        _reference = Nullable(wrappedValue: refund.reference)
        metadata = refund.metadata
        _fee = Nullable(wrappedValue: refund.success?.fee)
        _tax = Nullable(wrappedValue: refund.success?.tax)
        _transfer = Nullable(wrappedValue: refund.success?.transfer)
        _creditNote = Nullable(wrappedValue: refund.success?.creditNote)
        _failure = Nullable(wrappedValue: refund.failure)
        createdAt = refund.createdAt
        _endedAt = Nullable(wrappedValue: refund.endedAt)
        self.timeline = timeline
    }
}
