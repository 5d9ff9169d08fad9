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

extension PaymentView {
    private enum CodingKeys: String, CodingKey {
        case id, status, amount, currency, source, destination, customer, description, reference
        case metadata, amountRefunded, fee, tax, transfer, invoice, failure, createdAt, endedAt
        case timeline
    }

    /// What is not known yet is written as null, so that a payment always has all of its members.
    func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(id, forKey: .id)
        try members.encode(status, forKey: .status)
        try members.encode(amount, forKey: .amount)
        try members.encode(currency, forKey: .currency)
        try members.encode(source, forKey: .source)
        try members.encode(destination, forKey: .destination)
        try members.encode(customer, forKey: .customer)
        try members.encode(description, forKey: .description)
        try members.encode(reference, forKey: .reference)
        try members.encode(metadata, forKey: .metadata)
        try members.encode(amountRefunded, forKey: .amountRefunded)
        try members.encode(fee, forKey: .fee)
        try members.encode(tax, forKey: .tax)
        try members.encode(transfer, forKey: .transfer)
        try members.encode(invoice, forKey: .invoice)
        try members.encode(failure, forKey: .failure)
        try members.encode(createdAt, forKey: .createdAt)
        try members.encode(endedAt, forKey: .endedAt)
        try members.encodeIfPresent(timeline, forKey: .timeline)
    }
}
