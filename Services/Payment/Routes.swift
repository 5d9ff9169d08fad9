import Contracts
import Logging
import Postgres
import Saga
import ServiceHost

/// The payment service's contents page: what it answers, what it hears, what it does by itself.
struct Payments: Sendable {
    let create: CreatePayment
    let cancel: CancelPayment
    let refund: RefundPayment
    let sagas: OperateSagas
    let replies: ReceiveReplies
    let timeouts: SweepTimeouts
    let interventions: WatchInterventions
    let waiting: Waiting<PaymentID>
    let waitingRefunds: Waiting<RefundID>
    let findEnds: FindEnds
    let look: LookAtPayments
    let database: Database

    init(patience: Patience, database: Database, logger: Logger) {
        let waiting = Waiting<PaymentID>()
        let waitingRefunds = Waiting<RefundID>()
        let payments = SagaRunner(
            paymentSaga(patience), source: eventSource, logger: logger
        ) { ended, tx in
            try EndPayment.record(ended, in: tx)
            waiting.note(ended.map(\.state.payment))
        }
        let refunds = SagaRunner(
            refundSaga(patience), source: eventSource, logger: logger
        ) { ended, tx in
            try EndRefund.record(ended, in: tx)
            waitingRefunds.note(ended.map(\.state.refund))
        }
        self.create = CreatePayment(runner: payments)
        self.cancel = CancelPayment(runner: payments)
        self.refund = RefundPayment(runner: refunds)
        self.sagas = OperateSagas(payments, refunds)
        self.replies = ReceiveReplies(payments: payments, refunds: refunds)
        self.timeouts = SweepTimeouts(payments: payments, refunds: refunds, database: database)
        self.interventions = WatchInterventions(database: database)
        self.waiting = waiting
        self.waitingRefunds = waitingRefunds
        self.findEnds = FindEnds(payments: waiting, refunds: waitingRefunds, database: database)
        self.look = LookAtPayments(database: database)
        self.database = database
    }

    func register(in routes: inout Routes) {
        routes.describe(by: PackageResources.openapi_json)
        registerPayments(in: &routes)
        registerRefunds(in: &routes)
        registerSagas(in: &routes)

        routes.consume(.paymentReplies, operation: "payment.replies") { envelopes, tx in
            try replies(envelopes, tx)
        } afterCommit: {
            waiting.announce()
            waitingRefunds.announce()
        }
        // Silence ends no payment, so that there is nothing to announce.
        routes.every(.milliseconds(200), "payment.timeouts") { try await timeouts() }
        routes.every(.milliseconds(250), "payment.ends-elsewhere") { try await findEnds() }
        routes.every(.seconds(5), "payment.interventions") { try await interventions() }
        routes.gauge(
            "saga_interventions_open", help: "Sagas of the service that wait for a person."
        ) {
            interventions.count
        }
        routes.gauge(
            "payment_waiting_requests", help: "Requests that wait for a payment's or refund's end."
        ) {
            waiting.count + waitingRefunds.count
        }
    }

    private func registerPayments(in routes: inout Routes) {
        routes.post(
            "/v1/payments", operation: "payment.create-payment", scope: .paymentsWrite,
            together: { asked, tx in try create(asked, tx) },
            completion: { resource, scope, isFresh in
                try await GetPayment.whenEnded(
                    resource, scope, database, look, waiting, isFresh)
            })
        routes.post(
            "/v1/payments/{id}/cancel", operation: "payment.cancel-payment", scope: .paymentsWrite
        ) { request, scope, tx in
            try cancel(request, scope, tx)
        } completion: { resource, scope, _ in
            // The payment is older than the request.
            try await GetPayment.whenEnded(resource, scope, database, look, waiting, false)
        }
        routes.get("/v1/payments/{id}", scope: .paymentsRead) { scope, tx in
            try GetPayment.handle(scope, tx)
        }
        routes.get("/v1/payments", scope: .paymentsRead) { scope, tx in
            try ListPayments.handle(scope, tx)
        }
    }

    private func registerRefunds(in routes: inout Routes) {
        routes.post(
            "/v1/payments/{id}/refunds", operation: "payment.refund-payment", scope: .paymentsWrite
        ) { request, scope, tx in
            try refund(request, scope, tx)
        } completion: { resource, scope, isFresh in
            try await GetRefund.whenEnded(resource, scope, database, waitingRefunds, isFresh)
        }
        routes.get("/v1/payments/{id}/refunds", scope: .paymentsRead) { scope, tx in
            try ListRefunds.ofPayment(scope, tx)
        }
        routes.get("/v1/refunds/{id}", scope: .paymentsRead) { scope, tx in
            try GetRefund.handle(scope, tx)
        }
        routes.get("/v1/refunds", scope: .paymentsRead) { scope, tx in
            try ListRefunds.all(scope, tx)
        }
    }

    private func registerSagas(in routes: inout Routes) {
        sagas.showCounters()
        routes.get("/v1/sagas", scope: .operator) { scope, tx in try sagas.list(scope, tx) }
        routes.get("/v1/sagas/{id}", scope: .operator) { scope, tx in try sagas.show(scope, tx) }
        routes.post(
            "/v1/sagas/{id}/retry", operation: "payment.retry-saga", scope: .operator
        ) { (_: NoInput, scope, tx) in
            try sagas.retry(scope, tx)
        }
        routes.post(
            "/v1/sagas/{id}/compensate", operation: "payment.compensate-saga", scope: .operator
        ) { request, scope, tx in
            try sagas.compensate(request, scope, tx)
        }
    }
}

/// CloudEvents `source` of all that this service says.
let eventSource = "/farthing/payment"
