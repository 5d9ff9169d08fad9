import Contracts
import FoundationEssentials
import Postgres
import TestSupport
import Testing

@testable import Payment
@testable import ServiceHost

@Suite("A refusal that passes", .tags(.database))
struct PassingRefusalTests {
    @Test("of a refund while the payment is processing leaves its key for when it has succeeded")
    func refund() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.createdPayment()
        let ask = {
            try await fixture.keyed("payment.refund-payment", payment.id.description) {
                try fixture.payments.refund(
                    RefundPayment.Request(
                        amount: nil, reason: nil, reference: nil, metadata: nil), $0, $1)
            }
        }
        let early = try await ask()
        #expect(early == Told(status: 409, code: "payment-processing", replayed: false))
        try await fixture.play()
        #expect(try await ask() == Told(status: 202, code: nil, replayed: false))
        #expect(try await ask() == Told(status: 202, code: nil, replayed: true))
        #expect(try await fixture.refunds(of: payment.id).data.count == 1)
        try await fixture.end()
    }

    @Test("of a retry leaves its key for when a person is needed; a lasting one is repeated")
    func retry() async throws {
        let fixture = try await PaymentFixture.make()
        let payment = try await fixture.createdPayment()
        let saga = try #require(try await fixture.sagas([:]).data.first).id.description
        let retry = {
            try await fixture.keyed("payment.retry-saga", saga) {
                try fixture.payments.sagas.retry($0, $1)
            }
        }
        #expect(try await retry() == Told(status: 409, code: "saga-not-waiting", replayed: false))
        #expect(try await retry() == Told(status: 409, code: "saga-not-waiting", replayed: false))
        try await fixture.play()
        #expect(try await fixture.get(payment.id).status == "succeeded")
        #expect(try await retry() == Told(status: 409, code: "saga-ended", replayed: false))
        #expect(try await retry() == Told(status: 409, code: "saga-ended", replayed: true))
        try await fixture.end()
    }
}

/// What a request with an idempotency key is told.
private struct Told: Equatable {
    let status: Int
    let code: String?
    let replayed: Bool
}

extension PaymentFixture {
    /// Sends the same request with the same key, as its route does.
    fileprivate func keyed(
        _ operation: String, _ id: String,
        _ handler: @escaping @Sendable (RequestScope, borrowing Transaction) throws -> Answer
    ) async throws -> Told {
        struct Refusal: Decodable { let code: String? }
        let scope = scope(id: id)
        let once = IdempotentRequest(
            tenant: Self.tenant, operation: operation, key: "k-1", hash: [1])
        let outcome = try await once.perform(in: database, scope) { try handler(scope, $0) }
        guard case .answered(let answer, let replayed) = outcome else {
            throw Problem.notFound
        }
        let refusal = try JSONDecoder().decode(Refusal.self, from: Data(answer.body))
        return Told(status: answer.status, code: refusal.code, replayed: replayed)
    }
}
