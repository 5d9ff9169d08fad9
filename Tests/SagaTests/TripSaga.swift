import Contracts

@testable import Saga

/// The saga of these tests: two steps that can be undone, one that decides, one that must follow.
func tripSaga(
    timeout: Duration = .seconds(5),
    retry: RetryPolicy = RetryPolicy(attempts: 3, initial: .seconds(1), cap: .seconds(3)),
    undoRetry: RetryPolicy = RetryPolicy(attempts: 2, initial: .seconds(1), cap: .seconds(3))
) -> Saga<Trip> {
    Saga("trip") {
        Compensatable(
            "book-hotel", timeout: timeout, retry: retry, undoRetry: undoRetry,
            ask: { BookHotel(guest: $0.guest) }, undo: { CancelHotel(guest: $0.guest) }
        ) { trip, booked in
            trip.room = booked.room
        }
        Compensatable(
            "book-flight", timeout: timeout, retry: retry, undoRetry: undoRetry,
            ask: { BookFlight(guest: $0.guest, room: $0.room) },
            undo: { CancelFlight(guest: $0.guest) })
        Pivot("charge", timeout: timeout, retry: retry, ask: { Charge(guest: $0.guest) })
        Retriable(
            "send-ticket", timeout: timeout, retry: retry, ask: { SendTicket(guest: $0.guest) }
        ) { trip, sent in
            trip.ticket = sent.ticket
        }
    }
}

/// The same, hotel and flight booked side by side.
func hastyTripSaga(
    timeout: Duration = .seconds(5),
    retry: RetryPolicy = RetryPolicy(attempts: 2, initial: .seconds(1), cap: .seconds(3))
) -> Saga<Trip> {
    Saga("hasty-trip") {
        Parallel {
            Compensatable(
                "book-hotel", timeout: timeout, retry: retry, undoRetry: retry,
                ask: { BookHotel(guest: $0.guest) }, undo: { CancelHotel(guest: $0.guest) }
            ) { trip, booked in
                trip.room = booked.room
            }
            Compensatable(
                "book-flight", timeout: timeout, retry: retry, undoRetry: retry,
                ask: { BookFlight(guest: $0.guest, room: 0) },
                undo: { CancelFlight(guest: $0.guest) })
        }
        Pivot("charge", timeout: timeout, retry: retry, ask: { Charge(guest: $0.guest) })
        Retriable(
            "send-ticket", timeout: timeout, retry: retry, ask: { SendTicket(guest: $0.guest) }
        ) { trip, sent in
            trip.ticket = sent.ticket
        }
    }
}

/// What a trip's steps know of each other.
struct Trip: Codable, Equatable, Sendable {
    let guest: String
    var room = 0
    var ticket: String?
}

protocol TripCommand: Command {
    var guest: String { get }
}

extension TripCommand {
    static var topic: Topic { .ledgerCommands }
    static var aggregate: String { "guest" }
    var key: String { guest }
    var subject: String { guest }
}

struct BookHotel: TripCommand {
    struct Done: Codable, Equatable, Sendable { let room: Int }
    static let type = "trip.book-hotel.v1"
    let guest: String
}

struct CancelHotel: TripCommand {
    typealias Done = Nothing
    static let type = "trip.cancel-hotel.v1"
    let guest: String
}

struct BookFlight: TripCommand {
    typealias Done = Nothing
    static let type = "trip.book-flight.v1"
    let guest: String
    let room: Int
}

struct CancelFlight: TripCommand {
    typealias Done = Nothing
    static let type = "trip.cancel-flight.v1"
    let guest: String
}

struct Charge: TripCommand {
    typealias Done = Nothing
    static let type = "trip.charge.v1"
    let guest: String
}

struct SendTicket: TripCommand {
    struct Done: Codable, Equatable, Sendable { let ticket: String }
    static let type = "trip.send-ticket.v1"
    let guest: String
}

/// The answer that a participant would send to an envelope.
func answer<C: Command>(
    _ command: Envelope, _ asked: C.Type, _ reply: Reply<C.Done>, type: String = C.replyType
) throws -> Envelope {
    let answer = try AnyReply.answer(asked, reply)
    return Envelope(
        topic: Topic.paymentReplies.rawValue, key: command.key, type: type,
        source: "/test/participant", subject: command.subject, tenant: command.tenant,
        saga: command.saga, payload: answer.payload)
}
