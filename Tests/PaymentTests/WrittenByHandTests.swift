import Contracts
import FoundationEssentials
import Money
import Saga
import ServiceHost
import TestSupport
import Testing

@testable import Payment

@Suite("What is written of payments by hand is what would be encoded", .tags(.unit))
struct WrittenByHandTests {
    private static let moment = Date(timeIntervalSince1970: 1_795_253_400.25)
    private static let step = TimelineEntry(
        step: "place-hold", direction: .action, status: .asked, attempt: 1, at: moment, detail: nil)

    @Test("for requests, whose hash is taken of it", arguments: [nil, CustomerID()])
    func requests(customer: CustomerID?) throws {
        try expectWrittenAsEncoded(
            CreatePayment.Request.sample(customer: customer, reference: customer.map { "\($0)" }))
        let request = try CreatePayment.Request.sample(customer: customer)
        try expectWrittenAsEncoded(
            CreatePayment.Request(
                amount: request.amount, currency: request.currency, source: request.source,
                destination: request.destination, customer: nil, description: nil, reference: nil,
                metadata: nil))
    }

    @Test("for what a saga knows of its payment", arguments: [nil, CustomerID()])
    func progress(customer: CustomerID?) throws {
        try expectWrittenAsEncoded(
            PaymentProgress(
                payment: PaymentID(), source: AccountID(), destination: AccountID(),
                customer: customer, amount: Money(1050, #require(Currency("USD")))))
    }

    @Test("for answers, however a payment stands", arguments: [nil, [], [step]])
    func answers(timeline: [TimelineEntry]?) throws {
        let failure = Payment.Failure(code: "full", step: "place-hold", detail: "No \"room\".")
        let success = Payment.Success(
            fee: 29, tax: 6, transfer: TransferID(), invoice: InvoiceID())
        for payment in [
            try sample(), try sample(success: success), try sample(failure: failure),
        ] {
            try expectWrittenAsEncoded(PaymentView(payment, timeline: timeline))
        }
    }

    /// A payment that ended if it says how; one that ended has all that clients may add, too.
    private func sample(
        success: Payment.Success? = nil, failure: Payment.Failure? = nil
    ) throws -> Payment {
        let hasEnded = success != nil || failure != nil
        return Payment(
            id: PaymentID(), saga: SagaID(),
            status: success != nil ? .succeeded : failure != nil ? .failed : .processing,
            amount: Money(1050, try #require(Currency("USD"))), source: AccountID(),
            destination: AccountID(),
            customer: hasEnded ? CustomerID() : nil, description: hasEnded ? "Two \"books\"" : nil,
            reference: hasEnded ? "order-17" : nil,
            metadata: try Metadata(hasEnded ? ["b": "1", "a": "2"] : [:]), success: success,
            failure: failure, createdAt: Self.moment,
            endedAt: hasEnded ? Self.moment : nil)
    }
}
