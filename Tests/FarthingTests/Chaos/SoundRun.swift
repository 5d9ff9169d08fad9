import FoundationEssentials

@testable import Farthing

/// The facts of a small run in which all is well: a payment that was given back, one that had to
/// fail, and four events.
enum SoundRun {
    static let market = Marketplace(
        payers: (0..<Order.payers).map { wallet("payer-\($0)") },
        payees: (0..<Order.payees).map { wallet("payee-\($0)") },
        poor: wallet("poor"), frozen: wallet("frozen"), suspended: wallet("suspended"))

    private static func wallet(_ name: String) -> Marketplace.Wallet {
        Marketplace.Wallet(account: name, customer: nil)
    }

    static func facts() -> Facts {
        var facts = Facts(market: market)
        for (name, order) in orders {
            var operation = Operation(order, .pay, name: name)
            operation.knowledge = .acknowledged(id: "id-\(name)")
            facts.operations.append(operation)
            facts.payments[name] = [payment(name, id: "id-\(name)")]
        }
        var operation = Operation(
            refunded, .refund(payment: "id-pay-0", amount: nil), name: "refund-0")
        operation.knowledge = .acknowledged(id: "ref_0")
        facts.operations.append(operation)
        facts.refunds["refund-0"] = [refund(id: "ref_0")]
        facts.outboxes = [outbox("payment", events.prefix(3)), outbox("ledger", events.suffix(1))]
        facts.sightings = sightings()
        facts.sagas.succeeded = 2
        facts.sagas.compensated = 1
        return facts
    }

    private static let refunded = order(.refunded)
    private static let orders = ["pay-0": refunded, "pay-1": order(.unaffordable)]
        .sorted { $0.key < $1.key }

    /// The first of this nature that seed 1 brings.
    private static func order(_ nature: Order.Nature) -> Order {
        var number = 0
        while Order(number, seed: 1).nature != nature { number += 1 }
        return Order(number, seed: 1)
    }

    /// One of the two payments, as the service shows it.
    static func payment(_ name: String, id: String) -> Facts.Payment {
        let order = name == "pay-0" ? refunded : orders[1].value
        let charge = Tariff.charge(order.amount)
        return Facts.Payment(
            id: id, status: name == "pay-0" ? "succeeded" : "failed", amount: order.amount,
            currency: "USD", source: market.source(of: order).account,
            destination: market.destination(of: order).account,
            fee: charge.fee, tax: charge.tax,
            amountRefunded: name == "pay-0" ? order.amount : 0,
            failureCode: name == "pay-0" ? "" : "insufficient-funds")
    }

    static func refund(id: String) -> Facts.Refund {
        Facts.Refund(
            id: id, payment: "id-pay-0", status: "succeeded", amount: refunded.amount)
    }

    /// The first three are of one source, the first two of one key; the last is another source's
    /// under that same key.
    private static let events = ["a", "a", "b", "a"].map {
        CommitLog.Event(id: UUID(), topic: "t", key: $0)
    }

    private static func outbox(
        _ source: String, _ events: ArraySlice<CommitLog.Event>
    ) -> Facts.Outbox {
        Facts.Outbox(source: source, stored: events.map(\.id), committed: Array(events))
    }

    /// What a reader sees to whom the events come in that order. `from`: the offset of the first.
    static func sightings(
        order: [Int] = [0, 1, 2, 3], leavingOut left: Int? = nil, from first: Int64 = 0
    ) -> Sightings {
        var sightings = Sightings()
        see(order.filter { $0 != left }, from: first, &sightings)
        return sightings
    }

    static func see(_ numbers: [Int], from first: Int64, _ sightings: inout Sightings) {
        for (offset, number) in numbers.enumerated() {
            let event = events[number]
            sightings.see(
                topic: event.topic, partition: 0, offset: first + Int64(offset), key: event.key,
                id: event.id)
        }
    }
}
