import Contracts
import FoundationEssentials
import Money
import ServiceHost

@testable import Outbox
@testable import Payment
@testable import Saga

/// The payment service: the real sagas on tables in memory.
final class PaymentService: Service {
    /// A payment or a refund.
    struct Order {
        /// `payment 17`, by which the trace calls it.
        let name: String
        let saga: SagaID
        let amount: Money
        var status = Payment.Status.processing
    }

    /// What a client is answered.
    enum Answer: Equatable {
        /// The number of the payment or refund.
        case accepted(Int)
        /// Not now, but perhaps later.
        case conflict
        case refused
    }

    let topic = Topic.paymentReplies
    var tables = ServiceTables()
    private(set) var payments = Table<Int, Order>()
    private(set) var refunds = Table<Int, Order>()
    /// The payment's number of each refund.
    private(set) var refunded = Table<Int, Int>()
    /// What idempotency keys were answered.
    private var answers = Table<String, Answer>()
    private(set) var paymentSagas: SagaTable<PaymentProgress>
    private(set) var refundSagas: SagaTable<RefundProgress>
    /// How sagas are called in the trace; payments and refunds by their sagas.
    private(set) var names: [SagaID: String] = [:]
    private var paymentNumbers: [SagaID: Int] = [:]
    private var refundNumbers: [SagaID: Int] = [:]
    /// What has to be woken when, of this transaction.
    private var alarms: [(saga: SagaID, at: Int64)] = []

    /// Virtual time, set before each transaction.
    var now: Int64 = 0

    /// Impatient enough to see sagas give up, within outages of half a minute.
    init(seed: UInt64) {
        let patience = Patience(timeout: .milliseconds(1500), attempts: 4)
        paymentSagas = SagaTable(paymentSaga(patience), seed: seed)
        refundSagas = SagaTable(refundSaga(patience), seed: seed &+ 1)
    }

    func name(_ saga: SagaID) -> String { names[saga] ?? "a saga of nobody" }

    /// Takes what was to be woken of the transaction that is committed.
    func takeAlarms() -> [(saga: SagaID, at: Int64)] {
        defer { alarms = [] }
        return alarms
    }

    func commitBusiness() {
        payments.commit()
        refunds.commit()
        refunded.commit()
        answers.commit()
        paymentSagas.commit()
        refundSagas.commit()
    }

    func rollBackBusiness() {
        payments.rollBack()
        refunds.rollBack()
        refunded.rollBack()
        answers.rollBack()
        paymentSagas.rollBack()
        refundSagas.rollBack()
        alarms = []
    }

    func handle(_ fresh: [Envelope]) throws {
        for reply in fresh {
            guard let address = reply.saga else { continue }
            note(try paymentSagas.hear(reply, at: address, now: now))
            note(try refundSagas.hear(reply, at: address, now: now))
        }
    }

    func wake(_ saga: SagaID) throws {
        note(try paymentSagas.wake(saga, at: now))
        note(try refundSagas.wake(saga, at: now))
    }

    /// A person sends on what waits for one.
    func resume(_ saga: SagaID) throws {
        note(try paymentSagas.tell(.resumed, saga, at: now))
        note(try refundSagas.tell(.resumed, saga, at: now))
    }
}

// MARK: - What clients want

extension PaymentService {
    func pay(
        key: String, from source: AccountID, to destination: AccountID, _ amount: Money
    ) throws -> Answer {
        if let known = answers[key] { return known }
        let number = payments.rows.count
        let saga = SagaID()
        let progress = PaymentProgress(
            payment: PaymentID(), source: source, destination: destination, customer: nil,
            amount: amount)
        let order = Order(name: "payment \(number)", saga: saga, amount: amount)
        payments[number] = order
        names[saga] = order.name
        paymentNumbers[saga] = number
        note(try paymentSagas.start(saga, progress, subject: order.name, at: now))
        answers[key] = .accepted(number)
        return .accepted(number)
    }

    func cancel(_ number: Int) throws -> Answer {
        guard let order = payments[number], let row = paymentSagas.rows[order.saga],
            row.live.progress.phase == .running, let first = row.live.progress.requests.first
        else { return .refused }
        let failure = SagaFailure(
            step: "step \(first.step)", code: TurnRound.cancelled.rawValue, detail: "Cancelled.")
        guard let moved = try paymentSagas.tell(.turnedRound(failure), order.saga, at: now) else {
            return .refused
        }
        note(moved)
        return .accepted(number)
    }

    /// Gives back `amount` of a payment, or all that is left.
    func refund(key: String, _ number: Int, amount: Int64?) throws -> Answer {
        if let known = answers[key] { return known }
        guard let payment = payments[number] else { return .refused }
        guard payment.status != .processing else { return .conflict }
        guard payment.status == .succeeded, let row = paymentSagas.rows[payment.saga] else {
            return .refused
        }
        let left = payment.amount.minorUnits - promised(number)
        let amount = amount ?? left
        guard amount >= 1, amount <= left else {
            answers[key] = .refused
            return .refused
        }
        try begin(
            refunds.rows.count, of: number, payment, row.live.state,
            Money(amount, payment.amount.currency))
        answers[key] = .accepted(refunds.rows.count)
        return .accepted(refunds.rows.count)
    }

    private func begin(
        _ number: Int, of paymentNumber: Int, _ order: Order, _ paid: PaymentProgress,
        _ amount: Money
    ) throws {
        let saga = SagaID()
        let epoch = Date(timeIntervalSince1970: 0)
        let refund = Refund(
            id: RefundID(), payment: paid.payment, saga: saga, status: .processing,
            amount: amount, reason: nil, reference: nil, metadata: Metadata(), createdAt: epoch)
        let success = Payment.Success(
            fee: paid.fee.minorUnits, tax: paid.tax.minorUnits, transfer: paid.transfer,
            invoice: paid.invoice)
        let payment = Payment(
            id: paid.payment, saga: order.saga, status: .succeeded, amount: paid.amount,
            source: paid.source, destination: paid.destination, customer: nil, description: nil,
            reference: nil, metadata: Metadata(), success: success, createdAt: epoch)
        let name = "refund \(number)"
        refunds[number] = Order(name: name, saga: saga, amount: amount)
        refunded[number] = paymentNumber
        names[saga] = name
        refundNumbers[saga] = number
        note(
            try refundSagas.start(
                saga, RefundProgress(refund, of: payment, success), subject: name, at: now))
    }

    /// What refunds of a payment that have not failed give back.
    func promised(_ payment: Int) -> Int64 {
        var sum: Int64 = 0
        for (refund, number) in refunded.rows where number == payment {
            if let order = refunds[refund], order.status != .failed {
                sum += order.amount.minorUnits
            }
        }
        return sum
    }
}

// MARK: - What sagas do

extension PaymentService {
    private func note(_ moved: SagaTable<PaymentProgress>.Moved?) {
        guard let moved else { return }
        send(moved.commands, moved.id, wakesAt: moved.wakesAt)
        guard let outcome = moved.outcome, let number = paymentNumbers[moved.id] else { return }
        payments[number]?.status = outcome == .succeeded ? .succeeded : .failed
    }

    private func note(_ moved: SagaTable<RefundProgress>.Moved?) {
        guard let moved else { return }
        send(moved.commands, moved.id, wakesAt: moved.wakesAt)
        guard let outcome = moved.outcome, let number = refundNumbers[moved.id] else { return }
        refunds[number]?.status = outcome == .succeeded ? .succeeded : .failed
    }

    private func send(_ commands: [Envelope], _ saga: SagaID, wakesAt: Int64?) {
        for command in commands { tables.outbox.append(command) }
        if let wakesAt { alarms.append((saga, wakesAt)) }
    }
}
