import Contracts
import Postgres
import Saga
import ServiceHost

/// `/v1/sagas`: what operators see of the sagas of their tenant, and what they may do about them.
struct OperateSagas: Sendable {
    struct Request: Codable, Sendable {
        let reason: ShortText?
    }

    /// What can be done to the sagas of one definition.
    private struct Operable: Sendable {
        let showCounters: @Sendable () -> Void
        let retry: @Sendable (SagaID, borrowing Transaction) throws -> SagaVerdict
        let compensate: @Sendable (SagaID, String, borrowing Transaction) throws -> SagaVerdict

        init<State>(_ runner: SagaRunner<State>) {
            showCounters = { runner.showCounters() }
            retry = { id, tx in try runner.retry(id, in: tx) }
            compensate = { id, detail, tx in
                try runner.compensate(
                    id, code: TurnRound.byOperator.rawValue, detail: detail, in: tx)
            }
        }
    }

    private let sagas: Sagas
    private let operables: [String: Operable]

    init(_ payments: SagaRunner<PaymentProgress>, _ refunds: SagaRunner<RefundProgress>) {
        sagas = Sagas([payments.plan, refunds.plan])
        operables = [
            payments.plan.name: Operable(payments), refunds.plan.name: Operable(refunds),
        ]
    }

    /// Shows what is counted of sagas, and alerted on, from the start.
    func showCounters() {
        for operable in operables.values { operable.showCounters() }
    }

    /// `GET /v1/sagas?state=&limit=&cursor=`, newest first.
    func list(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let page = try scope.page()
        let found = try sagas.list(
            tenant: scope.tenant, state: try scope.queryWord("state", as: SagaState.self),
            before: try page.last(as: SagaID.self), limit: page.fetch, in: tx)
        return .ok(page.answer(found, id: \.id) { SagaView($0) })
    }

    /// `GET /v1/sagas/{id}`, with its timeline.
    func show(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        .ok(try view(try find(scope, tx), tx))
    }

    /// `POST /v1/sagas/{id}/retry`.
    func retry(_ scope: RequestScope, _ tx: borrowing Transaction) throws -> Answer {
        let saga = try find(scope, tx)
        let verdict = try operables[saga.definition]?.retry(saga.id, tx) ?? .unknown
        return try answer(verdict, "saga.retry", Request(reason: nil), saga, scope, tx)
    }

    /// `POST /v1/sagas/{id}/compensate`.
    func compensate(
        _ request: Request, _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        let saga = try find(scope, tx)
        let reason = request.reason?.text ?? "Turned round by an operator."
        let verdict = try operables[saga.definition]?.compensate(saga.id, reason, tx) ?? .unknown
        return try answer(verdict, "saga.compensate", request, saga, scope, tx)
    }

    private func find(
        _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> SagaSummary {
        let id: SagaID = try scope.id()
        guard let saga = try sagas.find(id, tenant: scope.tenant, in: tx) else {
            throw Problem.notFound(code: PaymentCode.sagaUnknown, detail: "There is no saga \(id).")
        }
        return saga
    }

    private func view(_ saga: SagaSummary, _ tx: borrowing Transaction) throws -> SagaView {
        SagaView(saga, timeline: try SagaTimeline.read(saga.id, in: tx))
    }

    private func answer(
        _ verdict: SagaVerdict, _ action: String, _ request: Request, _ saga: SagaSummary,
        _ scope: RequestScope, _ tx: borrowing Transaction
    ) throws -> Answer {
        if let code = verdict.code {
            let refusal = Answer.problem(
                .conflict(code: code, detail: "\(saga.id) \(verdict.reason)."))
            return verdict == .notWaiting ? refusal.passing : refusal
        }
        try AuditTrail.append(
            [AuditRow(scope, action: action, subject: saga.id.description, detail: request)],
            in: tx)
        return .ok(try view(try find(scope, tx), tx))
    }
}

extension SagaVerdict {
    /// The code of the problem that says why a saga did not move; `nil` if it did.
    fileprivate var code: PaymentCode? {
        switch self {
        case .moved: nil
        case .unknown: .sagaUnknown
        case .hasEnded: .sagaEnded
        case .compensating: .sagaCompensating
        case .pastItsPivot: .sagaPastItsPivot
        case .notWaiting: .sagaNotWaiting
        }
    }
}
