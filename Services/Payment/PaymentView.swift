import Contracts
import FoundationEssentials
import Money
import Saga
import ServiceHost

/// A payment as clients see it.
struct PaymentView: Encodable, Sendable {
    let id: PaymentID
    let status: Payment.Status
    let amount: Int64
    let currency: Currency
    let source: AccountID
    let destination: AccountID
    let customer: CustomerID?
    let description: String?
    let reference: String?
    let metadata: Metadata
    let amountRefunded: Int64
    let fee: Int64?
    let tax: Int64?
    let transfer: TransferID?
    let invoice: InvoiceID?
    let failure: Payment.Failure?
    let createdAt: Date
    let endedAt: Date?
    /// Each saga step with its time; only where one payment is asked for.
    let timeline: [TimelineEntry]?

    init(_ payment: Payment, timeline: [TimelineEntry]? = nil) {
        self.id = payment.id
        self.status = payment.status
        self.amount = payment.amount.minorUnits
        self.currency = payment.amount.currency
        self.source = payment.source
        self.destination = payment.destination
        self.customer = payment.customer
        self.description = payment.description
        self.reference = payment.reference
        self.metadata = payment.metadata
        self.amountRefunded = 0
        self.fee = payment.success?.fee
        self.tax = payment.success?.tax
        self.transfer = payment.success?.transfer
        self.invoice = payment.success?.invoice
        self.failure = payment.failure
        self.createdAt = payment.createdAt
        self.endedAt = payment.endedAt
        self.timeline = timeline
    }
}
