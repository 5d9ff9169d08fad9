import FoundationEssentials
import TestSupport
import Testing

@testable import Farthing

/// The judge is handed a run in which all is well, with one thing changed, and must say what.
@Suite("The judge of a chaos run", .tags(.unit))
struct JudgeTests {
    private func kinds(_ change: (inout Facts) -> Void) -> [Violation.Kind] {
        var facts = SoundRun.facts()
        change(&facts)
        return Judge(facts).violations().map(\.kind)
    }

    @Test("finds nothing in a sound run")
    func sound() {
        let violations = Judge(SoundRun.facts()).violations()
        #expect(violations.isEmpty, "\(violations)")
    }

    @Test("finds an event that never came out")
    func lost() {
        #expect(kinds { $0.sightings = SoundRun.sightings(leavingOut: 1) } == [.lost])
    }

    @Test("finds events of one key that came out in another order than their commits")
    func outOfOrder() {
        #expect(kinds { $0.sightings = SoundRun.sightings(order: [1, 0, 2, 3]) } == [.outOfOrder])
    }

    @Test("does not blame the system for what the reader of the topics has missed, but says so")
    func blind() {
        // Offset 0 is missed: event 0 was there, and is seen when it is repeated.
        #expect(
            kinds { $0.sightings = SoundRun.sightings(order: [1, 0, 2, 3], from: 1) } == [.unseen])
        let never = kinds {
            $0.sightings = SoundRun.sightings(order: [0, 1, 2, 3], leavingOut: 1, from: 1)
        }
        #expect(never == [.unseen])
    }

    @Test("blames it for what was out of order before something was missed")
    func blindLater() {
        var sightings = SoundRun.sightings(order: [1, 2])
        SoundRun.see([0, 3], from: 3, &sightings)
        #expect(kinds { $0.sightings = sightings } == [.unseen, .outOfOrder])
    }

    @Test("lets events of different keys and sources come in any order, and repetitions be")
    func otherOrders() {
        #expect(kinds { $0.sightings = SoundRun.sightings(order: [3, 2, 0, 1, 0, 1, 2]) } == [])
    }

    @Test("finds an event that came out and was never committed")
    func phantom() {
        let phantom = { (facts: inout Facts) in
            facts.sightings.see(topic: "t", partition: 0, offset: 4, key: "a", id: UUID())
        }
        #expect(kinds(phantom) == [.phantom])
        let foreign = kinds { facts in
            phantom(&facts)
            facts.topicsAreOurs = false
        }
        #expect(foreign == [], "in somebody's Kafka, there may be events of others")
    }

    @Test("finds an event that came out under another key")
    func wrongKey() {
        let found = kinds { $0.outboxes[0].committed[2].key = "other" }
        #expect(found == [.altered])
    }

    @Test("finds a row that no commit log has")
    func uncommitted() {
        let found = kinds { facts in
            facts.outboxes[1].committed = []
            facts.topicsAreOurs = false
        }
        #expect(found == [.unseen])
    }

    @Test("finds one request that became two payments")
    func doneTwice() {
        let found = kinds { facts in
            facts.payments["pay-1"]?.append(SoundRun.payment("pay-1", id: "pay_second"))
        }
        #expect(found == [.doneTwice])
    }

    @Test("finds a payment that was acknowledged and is not there")
    func forgotten() {
        let found = kinds { facts in
            facts.payments["pay-0"] = []
            facts.balances = []
        }
        #expect(found == [.forgotten])
    }

    @Test("finds a payment that is not what was asked for")
    func altered() {
        let found = kinds { $0.payments["pay-0"]?[0].destination = "somebody" }
        #expect(found == [.altered])
    }

    @Test("finds a payment that was refused and made all the same")
    func refusedAndDone() {
        let found = kinds { facts in
            facts.operations[0].knowledge = .refused(status: 422, code: "no")
        }
        #expect(found == [.altered, .wrongEnd])
    }

    @Test("lets a payment be there or not that the client does not know of")
    func unknown() {
        let found = kinds { $0.operations[0].knowledge = .unknown(last: "timeout") }
        #expect(found == [])
    }

    @Test("finds a payment that succeeded and should not, and one that failed and should not")
    func wrongEnd() {
        let failed = kinds { $0.payments["pay-0"]?[0].status = "failed" }
        #expect(failed == [.wrongEnd])
        let succeeded = kinds { $0.payments["pay-1"]?[0].status = "succeeded" }
        #expect(succeeded == [.wrongEnd])
    }

    @Test("finds a cancelled payment that succeeded")
    func cancelled() {
        let found = kinds { facts in
            var cancel = Operation(
                facts.operations[0].order, .cancel(payment: "id-pay-0"), name: "cancel-0")
            cancel.knowledge = .acknowledged(id: "id-pay-0")
            facts.operations.append(cancel)
        }
        #expect(found == [.wrongEnd])
    }

    @Test("finds payments and sagas that have not ended")
    func unended() {
        let processing = kinds { $0.payments["pay-0"]?[0].status = "processing" }
        #expect(processing == [.unended])
        #expect(kinds { $0.sagas.compensating = 1 } == [.unended])
        #expect(kinds { $0.sagas.needIntervention = 1 } == [.intervention])
    }

    @Test("finds refunds that come to more than the payment")
    func refundedTooMuch() {
        let found = kinds { facts in
            facts.refunds["refund-0"]?.append(SoundRun.refund(id: "ref_second"))
        }
        #expect(Set(found) == [.doneTwice, .refundedTooMuch])
    }

    @Test("finds a refund that was acknowledged and is not there")
    func forgottenRefund() {
        let found = kinds { $0.refunds["refund-0"] = [] }
        #expect(Set(found) == [.forgotten, .refundedTooMuch])
    }

    @Test("finds a balance that is not what the client works out, and money that stays held")
    func balance() {
        let account = SoundRun.market.poor.account
        func balance(_ posted: Int64, held: Int64) -> Facts.Balance {
            Facts.Balance(account: account, posted: posted, pendingOut: held, expected: 0)
        }
        #expect(kinds { $0.balances = [balance(0, held: 0)] } == [])
        #expect(kinds { $0.balances = [balance(1, held: 0)] } == [.balance])
        #expect(kinds { $0.balances = [balance(0, held: 1)] } == [.balance])
    }

    @Test("finds dead letters, a fault that was not recovered from, and what the verifier finds")
    func others() {
        #expect(kinds { $0.consumers.dead = 1 } == [.deadLetter])
        #expect(kinds { $0.consumers.outOfOrder = 1 } == [.outOfOrder])
        #expect(kinds { $0.findings = ["ledger: wrong"] } == [.books])
        #expect(kinds { $0.gaps = ["no answer"] } == [.unseen])
        let entry = Timeline.Entry(
            kind: .kill, what: "SIGKILL ledger", began: Date(), didNotRecover: true)
        #expect(kinds { $0.timeline = [entry] } == [.notRecovered])
    }

    @Test("does not take for lost what could not be looked up")
    func unseen() {
        let found = kinds { $0.payments["pay-1"] = nil }
        #expect(found == [.unseen])
    }
}
