import Contracts

/// What identifies a trip.
enum TripSubject: IDSubject { static let prefix = "trip" }
typealias TripID = ID<TripSubject>

extension Topic {
    static let flightCommands = Topic(rawValue: "travel.flight-commands.v1")
    static let hotelCommands = Topic(rawValue: "travel.hotel-commands.v1")
    static let cardCommands = Topic(rawValue: "travel.card-commands.v1")
    static let tripReplies = Topic(rawValue: "travel.trip-replies.v1")
}

/// Sets a seat aside.
struct ReserveSeat: Command {
    struct Done: Codable, Equatable, Sendable { let seat: Int64 }

    static let type = "flight.reserve-seat.v1"
    static let topic = Topic.flightCommands
    static let aggregate = "flight"
    var key: String { flight }
    var subject: String { trip.description }

    let trip: TripID
    let flight: String
}

/// Undoes `ReserveSeat`.
struct ReleaseSeat: Command {
    typealias Done = Nothing

    static let type = "flight.release-seat.v1"
    static let topic = Topic.flightCommands
    static let aggregate = "flight"
    var key: String { flight }
    var subject: String { trip.description }

    let trip: TripID
    let flight: String
}

/// Turns the seat that was set aside into a ticket.
struct IssueTicket: Command {
    struct Done: Codable, Equatable, Sendable { let ticket: String }

    static let type = "flight.issue-ticket.v1"
    static let topic = Topic.flightCommands
    static let aggregate = "flight"
    var key: String { flight }
    var subject: String { trip.description }

    let trip: TripID
    let flight: String
}

/// Sets a room aside.
struct ReserveRoom: Command {
    typealias Done = Nothing

    static let type = "hotel.reserve-room.v1"
    static let topic = Topic.hotelCommands
    static let aggregate = "hotel"
    var key: String { hotel }
    var subject: String { trip.description }

    let trip: TripID
    let hotel: String
}

/// Undoes `ReserveRoom`.
struct ReleaseRoom: Command {
    typealias Done = Nothing

    static let type = "hotel.release-room.v1"
    static let topic = Topic.hotelCommands
    static let aggregate = "hotel"
    var key: String { hotel }
    var subject: String { trip.description }

    let trip: TripID
    let hotel: String
}

/// Takes the money.
struct ChargeCard: Command {
    typealias Done = Nothing

    static let type = "card.charge.v1"
    static let topic = Topic.cardCommands
    static let aggregate = "card"
    var key: String { card }
    var subject: String { trip.description }

    let trip: TripID
    let card: String
    /// Minor units.
    let price: Int64
}
