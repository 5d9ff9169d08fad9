import Contracts
import TestSupport
import Testing

@testable import Payment
@testable import ServiceHost

@Suite("Prefer: wait", .tags(.database))
struct WaitTests {
    @Test("answers 201 with the final state as soon as the payment ended in this process")
    func endsHere() async throws {
        let fixture = try await PaymentFixture.make()
        let id = try await pendingPayment(in: fixture)
        let waiting = fixture.payments.waiting
        async let answer = GetPayment.whenEnded(
            id, fixture.scope(wait: 20), fixture.database, fixture.payments.look, waiting, true)
        try await eventually { waiting.count == 1 }
        try await fixture.play(refusing: [PlaceHold.type: "account-frozen"])

        #expect(try await answer.status == 201)
        #expect(try await answer.location == "/v1/payments/\(id)")
        let payment: Shown = try await answer.read()
        #expect(payment.status == "failed")
        #expect(payment.timeline?.last?.description == "undo open-invoice done")
        #expect(waiting.count == 0)
        try await fixture.end()
    }

    @Test("finds the end of a payment that ended in another process")
    func endsElsewhere() async throws {
        let fixture = try await PaymentFixture.make()
        let id = try await pendingPayment(in: fixture)
        let elsewhere = Waiting<PaymentID>()
        let findEnds = FindEnds(
            payments: elsewhere, refunds: Waiting(), database: fixture.database)
        async let answer = GetPayment.whenEnded(
            id, fixture.scope(wait: 3600), fixture.database, fixture.payments.look, elsewhere,
            true)
        try await eventually { elsewhere.count == 1 }
        try await findEnds()
        try await fixture.play(refusing: [PlaceHold.type: "account-frozen"])
        #expect(elsewhere.count == 1)
        try await findEnds()
        #expect(try await answer.status == 201)
        try await fixture.end()
    }

    @Test("answers 202 with the payment as it stands when the time is up")
    func timeIsUp() async throws {
        let fixture = try await PaymentFixture.make()
        let id = try await pendingPayment(in: fixture)
        let answer = try await GetPayment.whenEnded(
            id, fixture.scope(wait: 0), fixture.database, fixture.payments.look,
            fixture.payments.waiting, true)
        #expect(answer.status == 202)
        let payment: Shown = try answer.read()
        #expect(payment.status == "processing")
        #expect(payment.timeline?.map(\.description) == ["place-hold asked", "open-invoice asked"])
        try await fixture.end()
    }

    @Test("looks at payments together, and at nobody else's")
    func looksTogether() async throws {
        let fixture = try await PaymentFixture.make()
        let look = fixture.payments.look
        let ended = try await fixture.createdPayment()
        try await fixture.play()
        let standing = try await fixture.createdPayment(tenant: "other")
        let (first, second) = (ended.id, standing.id)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 1...20 {
                group.addTask {
                    let seen = try await look(first, tenant: PaymentFixture.tenant)
                    #expect(seen.payment.id == first)
                    #expect(seen.ended?.timeline?.isEmpty == false)
                }
                group.addTask {
                    let seen = try await look(second, tenant: "other")
                    #expect(seen.payment.id == second)
                    #expect(seen.ended == nil)
                }
                group.addTask {
                    let problem = await #expect(throws: Problem.self) {
                        _ = try await look(second, tenant: PaymentFixture.tenant)
                    }
                    #expect(problem?.status == 404)
                }
            }
            try await group.waitForAll()
        }
        try await fixture.end()
    }

    private func pendingPayment(in fixture: PaymentFixture) async throws -> String {
        let answer = try await fixture.create(.sample(), wait: 20)
        return try #require(answer.pendingResource)
    }
}

@Suite("Waiting", .tags(.unit))
struct WaitingTests {
    private let payment = PaymentID()
    private let hour = Duration.seconds(3600)

    @Test("looks once if that is enough")
    func enough() async throws {
        let waiting = Waiting<PaymentID>()
        var looks = 0
        let seen = try await waiting.look(for: payment, upTo: hour) {
            looks += 1
            return looks
        } until: { _ in
            true
        }
        #expect(seen == 1)
        #expect(waiting.count == 0)
    }

    @Test("looks again when an end is announced, and not when it is only noted")
    func announced() async throws {
        let waiting = Waiting<PaymentID>()
        let looks = Counter()
        async let seen = waiting.look(for: payment, upTo: hour) {
            looks.next()
        } until: {
            $0 == 2
        }
        try await eventually { looks.value == 1 }
        waiting.note([PaymentID()])
        waiting.announce()
        waiting.note([payment])
        #expect(looks.value == 1)
        waiting.announce()
        #expect(try await seen == 2)
    }

    @Test("looks again at its own commit though another one announced it too early")
    func announcedTooEarly() async throws {
        let waiting = Waiting<PaymentID>()
        let looks = Counter()
        let hasCommitted = Counter()
        async let seen = waiting.look(for: payment, upTo: hour) {
            looks.next()
            return hasCommitted.value > 0
        } until: {
            $0
        }
        try await eventually { looks.value == 1 }
        waiting.note([payment])
        waiting.announce()
        try await eventually { looks.value == 2 }
        hasCommitted.next()
        waiting.announce()
        #expect(try await seen)
    }

    @Test("does not look at what has only just begun before there is reason to")
    func fresh() async throws {
        let waiting = Waiting<PaymentID>()
        let looks = Counter()
        async let seen = waiting.look(for: payment, upTo: hour, isFresh: true) {
            looks.next()
        } until: { _ in
            true
        }
        try await eventually { waiting.count == 1 }
        #expect(looks.value == 0)
        waiting.note([payment])
        waiting.announce()
        #expect(try await seen == 1)

        let unannounced = try await waiting.look(
            for: payment, upTo: .milliseconds(1), isFresh: true
        ) {
            1
        } until: { _ in
            true
        }
        #expect(unannounced == 1)
    }

    @Test("an end that falls between a look and the wait is not missed")
    func noGap() async throws {
        let waiting = Waiting<PaymentID>()
        let looks = Counter()
        let seen = try await waiting.look(for: payment, upTo: hour) {
            let look = looks.next()
            // Ended after this look was taken, before anybody waits.
            waiting.note([payment])
            waiting.announce()
            return look
        } until: {
            $0 == 2
        }
        #expect(seen == 2)
    }

    @Test("wakes everybody who waits for the same payment")
    func many() async throws {
        let waiting = Waiting<PaymentID>()
        let hasEnded = Counter()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await waiting.look(for: payment, upTo: hour) {
                        hasEnded.value > 0
                    } until: {
                        $0
                    }
                }
            }
            try await eventually { waiting.count == 20 }
            hasEnded.next()
            waiting.note([payment])
            waiting.announce()
            for try await seen in group { #expect(seen) }
        }
    }

    @Test("looks again when its end is found, and at nobody's for whom none was")
    func found() async throws {
        let waiting = Waiting<PaymentID>()
        await waiting.wake { _ in
            Issue.record("nobody waits")
            return []
        }
        let looks = Counter()
        async let seen = waiting.look(for: payment, upTo: hour) {
            looks.next()
        } until: {
            $0 == 2
        }
        try await eventually { looks.value == 1 }
        await waiting.wake { awaited in
            #expect(awaited == [payment])
            return [PaymentID()]
        }
        #expect(looks.value == 1)
        await waiting.wake { $0 }
        #expect(try await seen == 2)
    }

    @Test("gives up when the time is up, with what it saw last")
    func timeIsUp() async throws {
        let waiting = Waiting<PaymentID>()
        let looks = Counter()
        let seen = try await waiting.look(for: payment, upTo: .milliseconds(20)) {
            looks.next()
        } until: { _ in
            false
        }
        #expect(seen == looks.value)
        #expect(seen == 2)
        #expect(waiting.count == 0)
    }

    @Test("stops when the request is cancelled")
    func cancelled() async throws {
        let waiting = Waiting<PaymentID>()
        let task = Task { [payment, hour] in
            try await waiting.look(for: payment, upTo: hour) {
                1
            } until: { _ in
                false
            }
        }
        try await eventually { waiting.count == 1 }
        task.cancel()
        #expect(try await task.value == 1)
    }
}
