import Contracts
import Postgres
import TestSupport
import Testing

@testable import Payment
@testable import ServiceHost

/// A saga as an operator reads it.
struct ShownSaga: Decodable {
    struct Request: Decodable {
        let step: String
        let direction: String
        let attempt: Int
        let waitingFor: String
    }

    let id: SagaID
    let definition: String
    let subject: String
    let state: String
    let waitingFor: [Request]
    let failure: Shown.Failure?
}

struct ShownSagaPage: Decodable {
    let data: [ShownSaga]
    let nextCursor: String?
}

extension PaymentFixture {
    /// A payment of 10.50 USD with a fee of 0.45 and a tax of 0.09 that went through.
    func succeededPayment() async throws -> Shown {
        let begun = try await createdPayment()
        try await play()
        return try await get(begun.id)
    }

    func refund(
        _ payment: PaymentID, amount: Int64? = nil, reason: String? = nil,
        reference: String? = nil, tenant: String = tenant, wait: Int? = nil
    ) async throws -> Answer {
        let request = RefundPayment.Request(
            amount: try amount.map { try Amount($0) },
            reason: try reason.map { try ShortText($0, field: "reason") },
            reference: try reference.map { try ShortText($0, field: "reference") }, metadata: nil)
        let scope = scope(tenant, id: payment.description, wait: wait)
        return try await database.transaction { tx in try payments.refund(request, scope, tx) }
    }

    /// Asks for a refund, which is accepted.
    func refunded(
        _ payment: PaymentID, amount: Int64? = nil, reason: String? = nil, reference: String? = nil
    ) async throws -> ShownRefund {
        let answer = try await refund(
            payment, amount: amount, reason: reason, reference: reference)
        #expect(answer.status == 202)
        return try answer.read()
    }

    func get(refund: RefundID, tenant: String = tenant) async throws -> ShownRefund {
        try await database.read { [scope = scope(tenant, id: refund.description)] tx in
            try GetRefund.handle(scope, tx)
        }.read()
    }

    func refunds(_ query: [String: String]) async throws -> ShownRefundPage {
        try await database.read { [scope = scope(query: query)] tx in
            try ListRefunds.all(scope, tx)
        }.read()
    }

    func refunds(of payment: PaymentID) async throws -> ShownRefundPage {
        try await database.read { [scope = scope(id: payment.description)] tx in
            try ListRefunds.ofPayment(scope, tx)
        }.read()
    }

    func cancel(
        _ payment: PaymentID, reason: String? = nil, wait: Int? = nil
    ) async throws -> Answer {
        let request = CancelPayment.Request(
            reason: try reason.map { try ShortText($0, field: "reason") })
        let scope = scope(id: payment.description, wait: wait)
        return try await database.transaction { tx in try payments.cancel(request, scope, tx) }
    }

    func sagas(_ query: [String: String]) async throws -> ShownSagaPage {
        try await database.read { [scope = scope(query: query)] tx in
            try payments.sagas.list(scope, tx)
        }.read()
    }

    func retrySaga(_ saga: SagaID) async throws -> Answer {
        try await database.transaction { [scope = scope(id: saga.description)] tx in
            try payments.sagas.retry(scope, tx)
        }
    }

    func compensateSaga(_ saga: SagaID, reason: String? = nil) async throws -> Answer {
        let request = OperateSagas.Request(
            reason: try reason.map { try ShortText($0, field: "reason") })
        return try await database.transaction { [scope = scope(id: saga.description)] tx in
            try payments.sagas.compensate(request, scope, tx)
        }
    }
}
