import Contracts
import FoundationEssentials
import Money
import Testing

@testable import Billing

/// Values that tests of billing begin with.
enum Samples {
    static let tenant = "acme"

    static func usd(_ minorUnits: Int64) throws -> Money {
        Money(minorUnits, try #require(Currency("USD")))
    }

    /// 2.90 % + 0.30, taxed with 20 %, unless said otherwise.
    static func plan(
        percentBp: Int64 = 290, fixed: Int64 = 30, taxBp: Int64 = 2_000, currency: String = "USD"
    ) throws -> FeePlan {
        FeePlan(
            id: FeePlanID(), currency: try #require(Currency(currency)), percentBp: percentBp,
            fixed: fixed, taxBp: taxBp, createdAt: Date(timeIntervalSince1970: 0))
    }

    static func envelope(
        _ command: some Command, _ address: SagaAddress, tenant: String
    ) throws -> Envelope {
        try Envelope(
            command, source: "/farthing/payment", tenant: tenant, saga: address,
            traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    }

    static func opening(
        of amount: Money, from source: AccountID = AccountID(), by customer: CustomerID? = nil,
        invoice: InvoiceID = InvoiceID()
    ) -> OpenInvoice {
        OpenInvoice(
            invoice: invoice, payment: PaymentID(), source: source, destination: AccountID(),
            customer: customer, amount: amount)
    }
}

/// The saga of one payment, as billing sees it: the envelopes of its commands.
struct PaymentSaga {
    let id = SagaID()
    var tenant = Samples.tenant
    let opening: OpenInvoice

    init(_ opening: OpenInvoice, tenant: String = Samples.tenant) {
        self.opening = opening
        self.tenant = tenant
    }

    func open() throws -> Envelope { try envelope(opening, "open-invoice", .action) }

    func void() throws -> Envelope {
        try envelope(
            VoidInvoice(invoice: opening.invoice, key: opening.key), "open-invoice", .compensation)
    }

    func settle() throws -> Envelope {
        try envelope(
            SettleInvoice(invoice: opening.invoice, key: opening.key), "settle-invoice", .action)
    }

    private func envelope(
        _ command: some Command, _ step: String, _ direction: SagaAddress.Direction
    ) throws -> Envelope {
        try Samples.envelope(
            command, SagaAddress(saga: id, step: step, direction: direction), tenant: tenant)
    }
}

/// The saga of one refund, as billing sees it.
struct RefundSaga {
    let id = SagaID()
    let tenant: String
    let opening: OpenCreditNote

    init(of payment: PaymentSaga, _ amount: Money, tenant: String = Samples.tenant) {
        self.tenant = tenant
        self.opening = OpenCreditNote(
            creditNote: CreditNoteID(), refund: RefundID(), payment: payment.opening.payment,
            invoice: payment.opening.invoice, amount: amount, key: payment.opening.key)
    }

    func open() throws -> Envelope { try envelope(opening, "open-credit-note", .action) }

    func void() throws -> Envelope {
        try envelope(
            VoidCreditNote(creditNote: opening.creditNote, key: opening.key), "open-credit-note",
            .compensation)
    }

    func settle() throws -> Envelope {
        try envelope(
            SettleCreditNote(creditNote: opening.creditNote, key: opening.key),
            "settle-credit-note", .action)
    }

    private func envelope(
        _ command: some Command, _ step: String, _ direction: SagaAddress.Direction
    ) throws -> Envelope {
        try Samples.envelope(
            command, SagaAddress(saga: id, step: step, direction: direction), tenant: tenant)
    }
}
