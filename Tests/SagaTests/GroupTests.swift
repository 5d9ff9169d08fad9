import Contracts
import TestSupport
import Testing

@testable import Saga

@Suite("Steps side by side", .tags(.unit))
struct GroupTests {
    private let full = Refusal("fully-booked", "There is no seat left.")

    private func begin() throws -> (saga: Rehearsal, hotel: Envelope, flight: Envelope) {
        let saga = try Rehearsal(hastyTripSaga())
        let hotel = try saga.expect(BookHotel(guest: "ada"), beside: 1)
        let flight = try saga.expect(BookFlight(guest: "ada", room: 0))
        return (saga, hotel, flight)
    }

    @Test("are asked at once, and joined in whichever order they answer", arguments: [true, false])
    func joined(hotelFirst: Bool) throws {
        let (saga, hotel, flight) = try begin()
        if hotelFirst {
            try saga.when(hotel, of: BookHotel.self, is: .done(.init(room: 12)))
            saga.expectNothing()
            try saga.when(flight, of: BookFlight.self, is: .done(Nothing()))
        } else {
            try saga.when(flight, of: BookFlight.self, is: .done(Nothing()))
            saga.expectNothing()
            try saga.when(hotel, of: BookHotel.self, is: .done(.init(room: 12)))
        }
        let charge = try saga.expect(Charge(guest: "ada"))
        #expect(saga.trip.room == 12)
        try saga.when(charge, of: Charge.self, is: .done(Nothing()))
        let ticket = try saga.expect(SendTicket(guest: "ada"))
        try saga.when(ticket, of: SendTicket.self, is: .done(.init(ticket: "T-1")))
        saga.expectEnd(.succeeded)
    }

    @Test("are undone when one is refused, the unanswered one too, and its answer comes too late")
    func siblingUnanswered() throws {
        let (saga, hotel, flight) = try begin()
        try saga.when(flight, of: BookFlight.self, is: .refused(full))
        let undo = try saga.expect(CancelHotel(guest: "ada"))
        #expect(try !saga.when(hotel, of: BookHotel.self, is: .done(.init(room: 12))), "too late")
        #expect(try !saga.when(flight, of: BookFlight.self, is: .refused(full)), "repeated")
        saga.expectNothing()
        try saga.when(undo, of: CancelHotel.self, is: .done(Nothing()))
        saga.expectEnd(.compensated(failure: failure))
        #expect(
            saga.log == [
                "book-hotel action asked", "book-flight action asked",
                "book-flight action refused", "book-hotel action abandoned",
                "book-hotel compensation asked", "book-hotel compensation done",
            ])
    }

    @Test("are undone when one is refused, also if the other was done before")
    func siblingDone() throws {
        let (saga, hotel, flight) = try begin()
        try saga.when(hotel, of: BookHotel.self, is: .done(.init(room: 12)))
        try saga.when(flight, of: BookFlight.self, is: .refused(full))
        let undo = try saga.expect(CancelHotel(guest: "ada"))
        try saga.when(undo, of: CancelHotel.self, is: .done(Nothing()))
        saga.expectEnd(.compensated(failure: failure))
    }

    @Test("have each its own time: one asks again while the other's answer is awaited")
    func ownTimes() throws {
        let (saga, hotel, _) = try begin()
        try saga.whenTimeIsUp(of: "book-flight")
        saga.expectNothing()
        try saga.whenTimeIsUp(of: "book-flight")
        try saga.expect(BookFlight(guest: "ada", room: 0))
        try saga.when(hotel, of: BookHotel.self, is: .done(.init(room: 12)))
        saga.expectNothing()
        // Its last attempt: it may have happened, and both are undone.
        try saga.whenTimeIsUp(of: "book-flight")
        let flightUndo = try saga.expect(CancelFlight(guest: "ada"), beside: 1)
        let hotelUndo = try saga.expect(CancelHotel(guest: "ada"))
        try saga.when(flightUndo, of: CancelFlight.self, is: .done(Nothing()))
        saga.expectNothing()
        #expect(saga.outcome == nil, "the other undo is awaited")
        try saga.when(hotelUndo, of: CancelHotel.self, is: .done(Nothing()))
        guard case .compensated(let failure) = saga.outcome else {
            Issue.record("not compensated")
            return
        }
        #expect(failure.step == "book-flight")
        #expect(failure.code == "no-answer")
    }

    @Test("wait for a person one by one: the other's undo goes on")
    func oneNeedsAPerson() throws {
        let (saga, hotel, flight) = try begin()
        try saga.when(hotel, of: BookHotel.self, is: .done(.init(room: 12)))
        try saga.when(flight, of: BookFlight.self, is: .done(Nothing()))
        let charge = try saga.expect(Charge(guest: "ada"))
        try saga.when(charge, of: Charge.self, is: .refused(full))
        let flightUndo = try saga.expect(CancelFlight(guest: "ada"), beside: 1)
        try saga.expect(CancelHotel(guest: "ada"))
        try saga.when(flightUndo, of: CancelFlight.self, is: .refused(full))
        try saga.whenTimeIsUp(of: "book-flight")
        let again = try saga.expect(CancelFlight(guest: "ada"))
        try saga.when(again, of: CancelFlight.self, is: .refused(full))
        #expect(saga.progress.state == .needsIntervention)

        try saga.whenTimeIsUp(of: "book-hotel")
        try saga.whenTimeIsUp(of: "book-hotel")
        let hotelUndo = try saga.expect(CancelHotel(guest: "ada"))
        try saga.when(hotelUndo, of: CancelHotel.self, is: .done(Nothing()))
        #expect(saga.progress.state == .needsIntervention)
        try saga.whenResumed()
        let resumed = try saga.expect(CancelFlight(guest: "ada"))
        try saga.when(resumed, of: CancelFlight.self, is: .done(Nothing()))
        saga.expectEnd(
            .compensated(
                failure: SagaFailure(
                    step: "charge", code: full.code, detail: full.detail)))
    }

    @Test("are taken up where a saga that asked them one by one stands")
    func takenOver() throws {
        let plan = hastyTripSaga().plan
        let hotel = Progress.Request(step: 0, attempt: 1, waiting: .answer)
        let old = Progress(phase: .running, standing: [], requests: [hotel])
        let answered = Engine.Event.answered(step: "book-hotel", direction: .action, .done)
        let (progress, effects) = Engine.advance(old, on: answered, of: plan)
        #expect(progress.requests.map(\.step) == [1])
        #expect(progress.standing == [0])
        let asks = effects.filter { if case .ask = $0 { true } else { false } }
        #expect(asks.count == 1)
    }

    private var failure: SagaFailure {
        SagaFailure(step: "book-flight", code: full.code, detail: full.detail)
    }
}

@Suite("A saga that is turned round", .tags(.unit))
struct TurnRoundTests {
    private let wish = SagaFailure(step: "book-flight", code: "cancelled", detail: "Ada wishes it.")

    @Test("undoes what is done and what is asked, and ends with the reason")
    func beforeThePivot() throws {
        let saga = try Rehearsal()
        _ = try saga.book()
        #expect(try saga.whenTurnedRound(wish))
        let flight = try saga.expect(CancelFlight(guest: "ada"))
        #expect(try !saga.whenTurnedRound(wish), "a second wish moves nothing")
        try saga.when(flight, of: CancelFlight.self, is: .done(Nothing()))
        let hotel = try saga.expect(CancelHotel(guest: "ada"))
        try saga.when(hotel, of: CancelHotel.self, is: .done(Nothing()))
        saga.expectEnd(.compensated(failure: wish))
        #expect(try !saga.whenTurnedRound(wish))
    }

    @Test("goes on as if nothing was said once its pivot is asked")
    func afterThePivot() throws {
        let saga = try Rehearsal()
        let charge = try saga.bookAndCharge()
        #expect(try !saga.whenTurnedRound(wish))
        try saga.when(charge, of: Charge.self, is: .done(Nothing()))
        try saga.expect(SendTicket(guest: "ada"))
        #expect(try !saga.whenTurnedRound(wish))
        saga.expectNothing()
    }
}
