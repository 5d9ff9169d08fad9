import Contracts
import TestSupport
import Testing

@testable import Saga

@Suite("A saga, step by step", .tags(.unit))
struct EngineTests {
    private let full = Refusal("fully-booked", "There is no seat left.")

    @Test("asks step after step and ends in success, its state told by the answers")
    func success() throws {
        let saga = try Rehearsal()
        let charge = try saga.bookAndCharge()
        try saga.when(charge, of: Charge.self, is: .done(Nothing()))
        let ticket = try saga.expect(SendTicket(guest: "ada"))
        try saga.when(ticket, of: SendTicket.self, is: .done(.init(ticket: "T-1")))

        saga.expectEnd(.succeeded)
        #expect(saga.trip == Trip(guest: "ada", room: 12, ticket: "T-1"))
    }

    @Test("ends at once when its first step is refused")
    func firstRefused() throws {
        let saga = try Rehearsal()
        let hotel = try saga.expect(BookHotel(guest: "ada"))
        try saga.when(hotel, of: BookHotel.self, is: .refused(full))
        saga.expectEnd(.compensated(failure: failure("book-hotel")))
    }

    @Test("undoes what was done before a refused step, but not the refused step")
    func secondRefused() throws {
        let saga = try Rehearsal()
        try saga.when(try saga.book().flight, of: BookFlight.self, is: .refused(full))
        let undo = try saga.expect(CancelHotel(guest: "ada"))
        try saga.when(undo, of: CancelHotel.self, is: .done(Nothing()))

        saga.expectEnd(.compensated(failure: failure("book-flight")))
        #expect(
            saga.log == [
                "book-hotel action asked", "book-hotel action done",
                "book-flight action asked", "book-flight action refused",
                "book-hotel compensation asked", "book-hotel compensation done",
            ])
    }

    @Test("undoes everything in reverse when its pivot is refused")
    func pivotRefused() throws {
        let saga = try Rehearsal()
        try saga.when(try saga.bookAndCharge(), of: Charge.self, is: .refused(full))
        let flight = try saga.expect(CancelFlight(guest: "ada"))
        try saga.when(flight, of: CancelFlight.self, is: .done(Nothing()))
        let hotel = try saga.expect(CancelHotel(guest: "ada"))
        try saga.when(hotel, of: CancelHotel.self, is: .done(Nothing()))
        saga.expectEnd(.compensated(failure: failure("charge")))
    }

    @Test("asks a silent step again as the same request in a new message")
    func silence() throws {
        let saga = try Rehearsal()
        let first = try saga.expect(BookHotel(guest: "ada"))
        try saga.whenSilent()
        let second = try saga.expect(BookHotel(guest: "ada"))
        #expect(second.saga == first.saga)
        #expect(second.id != first.id)

        try saga.when(first, of: BookHotel.self, is: .done(.init(room: 12)))
        try saga.expect(BookFlight(guest: "ada", room: 12))
        let moved = try saga.when(second, of: BookHotel.self, is: .done(.init(room: 12)))
        #expect(!moved, "the repeated answer moves nothing")
        saga.expectNothing()
    }

    @Test("undoes a step that stays silent too, because it may have happened")
    func silentStepIsUndone() throws {
        let saga = try Rehearsal()
        let asked = try saga.book().flight
        try saga.whenSilent()
        try saga.expect(BookFlight(guest: "ada", room: 12))
        try saga.whenSilent()
        try saga.expect(BookFlight(guest: "ada", room: 12))
        try saga.whenTimeIsUp()

        let flight = try saga.expect(CancelFlight(guest: "ada"))
        #expect(try !saga.when(asked, of: BookFlight.self, is: .done(Nothing())), "too late")
        try saga.when(flight, of: CancelFlight.self, is: .done(Nothing()))
        let hotel = try saga.expect(CancelHotel(guest: "ada"))
        try saga.when(hotel, of: CancelHotel.self, is: .done(Nothing()))
        guard case .compensated(let failure) = saga.outcome else {
            Issue.record("not compensated")
            return
        }
        #expect(failure.step == "book-flight")
        #expect(failure.code == "no-answer")
    }

    @Test("never gives up a pivot that stays silent, and takes its answer at last")
    func silentPivot() throws {
        let saga = try Rehearsal()
        let charge = try saga.bookAndCharge()
        for _ in 1...50 {
            try saga.whenSilent()
            #expect(try saga.expect(Charge(guest: "ada")).saga == charge.saga)
        }
        try saga.when(charge, of: Charge.self, is: .done(Nothing()))
        try saga.expect(SendTicket(guest: "ada"))
    }

    @Test("calls a silent pivot overdue once its attempts are used up")
    func overduePivot() {
        let plan = tripSaga().plan
        let isUp = Engine.Event.elapsed(step: "charge", direction: .action)
        func effects(attempt: Int) -> [Engine.Effect] {
            let charge = Progress.Request(step: 2, attempt: attempt, waiting: .answer)
            let asked = Progress(phase: .running, standing: [0, 1], requests: [charge])
            return Engine.advance(asked, on: isUp, of: plan).1
        }
        #expect(!effects(attempt: 2).contains(.overdue(step: 2)))
        #expect(effects(attempt: 3).contains(.overdue(step: 2)))
    }

    @Test("goes only forward after its pivot: a refused step is asked again, then a person called")
    func retriableRefused() throws {
        let saga = try Rehearsal()
        try saga.when(try saga.bookAndCharge(), of: Charge.self, is: .done(Nothing()))
        for attempt in 1...3 {
            let ticket = try saga.expect(SendTicket(guest: "ada"))
            try saga.when(ticket, of: SendTicket.self, is: .refused(full))
            if attempt < 3 { try saga.whenTimeIsUp() }
        }
        #expect(saga.progress.needsIntervention)
        #expect(saga.progress.state == .needsIntervention)

        try saga.whenResumed()
        let ticket = try saga.expect(SendTicket(guest: "ada"))
        try saga.when(ticket, of: SendTicket.self, is: .done(.init(ticket: "T-2")))
        saga.expectEnd(.succeeded)
    }

    @Test("calls a person when an undo keeps failing, and goes on where it stopped")
    func undoFails() throws {
        let saga = try Rehearsal()
        try saga.when(try saga.bookAndCharge(), of: Charge.self, is: .refused(full))
        let undo = try saga.expect(CancelFlight(guest: "ada"))
        try saga.when(undo, of: CancelFlight.self, is: .refused(full))
        try saga.whenTimeIsUp()
        try saga.expect(CancelFlight(guest: "ada"))
        try saga.whenTimeIsUp()
        #expect(saga.progress.needsIntervention)

        try saga.whenResumed()
        let again = try saga.expect(CancelFlight(guest: "ada"))
        try saga.when(again, of: CancelFlight.self, is: .done(Nothing()))
        let hotel = try saga.expect(CancelHotel(guest: "ada"))
        try saga.when(hotel, of: CancelHotel.self, is: .done(Nothing()))
        saga.expectEnd(.compensated(failure: failure("charge")))
    }

    @Test("needs no person any more when the missing answer to an undo comes after all")
    func answerDuringIntervention() throws {
        let saga = try Rehearsal()
        try saga.when(try saga.book().flight, of: BookFlight.self, is: .refused(full))
        let undo = try saga.expect(CancelHotel(guest: "ada"))
        try saga.whenSilent()
        try saga.expect(CancelHotel(guest: "ada"))
        try saga.whenTimeIsUp()
        #expect(saga.progress.needsIntervention)

        try saga.when(undo, of: CancelHotel.self, is: .done(Nothing()))
        saga.expectEnd(.compensated(failure: failure("book-flight")))
    }

    private func failure(_ step: String) -> SagaFailure {
        SagaFailure(step: step, code: full.code, detail: full.detail)
    }
}

@Suite("Patience", .tags(.unit))
struct RetryPolicyTests {
    @Test("pauses grow by the multiplier up to the cap")
    func growth() {
        let policy = RetryPolicy(
            attempts: 9, initial: .milliseconds(500), multiplier: 3, cap: .seconds(10))
        let pauses = (1...5).map { policy.pause(after: $0).milliseconds }
        #expect(pauses == [500, 1500, 4500, 10_000, 10_000])
        #expect(policy.pause(after: 1_000_000) == .seconds(10))
    }

    @Test("jitter keeps a pause between its half and its whole, the same for the same seed")
    func jitter() {
        let (one, same, other) = (Jitter(seed: 7), Jitter(seed: 7), Jitter(seed: 8))
        let pauses = (0..<1000).map { _ in one.spread(.seconds(1)) }
        #expect(pauses == (0..<1000).map { _ in same.spread(.seconds(1)) })
        #expect(pauses != (0..<1000).map { _ in other.spread(.seconds(1)) })
        #expect(pauses.allSatisfy { (500...1000).contains($0) })
        #expect(Set(pauses).count > 300)
        #expect(one.spread(.zero) == 0)
    }
}
