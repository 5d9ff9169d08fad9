import Contracts
import Outbox
import Postgres
import Saga
import TestSupport
import Testing

@testable import TravelExample

@Suite("The example of the article 'Write a saga'", .serialized, .tags(.database, .kafka))
struct TravelTests {
    @Test("books seat and room, takes the money, issues the ticket")
    func booked() async throws {
        let rig = try await TravelRig.make()
        try await rig.running {
            let trip = try await rig.book()
            try await rig.end(of: trip, is: "booked")
            let ticket = try rig.text(.trips, "SELECT ticket FROM trip")
            #expect(ticket == "LX-1-12")
            #expect(try rig.taken() == ["1", "1", "800"])
        }
    }

    @Test("leaves nothing behind where one says no, be it before the pivot or the pivot itself")
    func refused() async throws {
        let rig = try await TravelRig.make()
        try await rig.running {
            let full = try await rig.book(flight: "LX-2")
            try await rig.end(of: full, is: "failed")
            #expect(try rig.taken() == ["0", "0", "0"])
            let why = try rig.text(.trips, "SELECT progress #>> '{failure,code}' FROM saga")
            #expect(why == "flight-full")
            let dear = try await rig.book(price: 1001)
            try await rig.end(of: dear, is: "failed")
            #expect(try rig.taken() == ["0", "0", "0"])
        }
    }

    @Test("gives up on one who keeps silent, and what it does later has no effect")
    func silent() async throws {
        let rig = try await TravelRig.make(timeout: .milliseconds(500))
        // The hotel hears nothing until its undo has been asked for.
        try await rig.running(without: [.hotels]) {
            _ = try await rig.book()
            try await eventually("the hotel's undo is asked for") {
                try rig.text(
                    .trips, "SELECT id::text FROM outbox WHERE type = 'hotel.release-room.v1'")
                    != nil
            }
        }
        try await rig.running {
            try await eventually("the trip has failed") {
                try rig.text(.trips, "SELECT status FROM trip") == "failed"
            }
        }
        #expect(try rig.taken() == ["0", "0", "0"])
    }

    @Test("does a thing once, however often it is asked and in whichever order")
    func repeated() async throws {
        let rig = try await TravelRig.make()
        let hotels = HotelDesk()
        let database = try rig.database(.hotels)
        let trip = TripID()
        func ask(_ command: some Command, _ direction: SagaAddress.Direction, _ saga: SagaID)
            throws -> Envelope
        {
            try Envelope(
                command, source: "/travel/trips", tenant: "travel",
                saga: SagaAddress(saga: saga, step: "reserve-room", direction: direction))
        }
        let (once, never) = (SagaID(), SagaID())
        let reserve = try ask(ReserveRoom(trip: trip, hotel: "Ritz"), .action, once)
        let late = try ask(ReserveRoom(trip: TripID(), hotel: "Ritz"), .action, never)
        let early = try ask(ReleaseRoom(trip: TripID(), hotel: "Ritz"), .compensation, never)
        for batch in [[early], [late], [reserve, reserve], [reserve]] {
            try await database.transaction { tx in try hotels.handle(batch, in: tx) }
        }
        let outcomes = try rig.owner(.hotels).query(
            "SELECT outcome FROM barrier ORDER BY outcome"
        ).map { try $0.read(0, as: String.self) }
        #expect(outcomes == ["done", "done", "undone-before-done"])
        #expect(try rig.taken() == ["0", "1", "0"])
    }
}
