import Contracts
import Saga

/// What the steps of a trip know of each other.
struct Trip: Codable, Equatable, Sendable {
    let id: TripID
    let flight: String
    let hotel: String
    let card: String
    let price: Int64
    /// Known once the seat is reserved.
    var seat: Int64?
    /// Known at the very end.
    var ticket: String?
}

/// A seat and a room, or neither; then the money; then the ticket, come what may.
func tripSaga(
    timeout: Duration = .seconds(5), retry: RetryPolicy = RetryPolicy()
) -> Saga<Trip> {
    Saga("trip") {
        Parallel {
            Compensatable(
                "reserve-seat", timeout: timeout, retry: retry,
                ask: { ReserveSeat(trip: $0.id, flight: $0.flight) },
                undo: { ReleaseSeat(trip: $0.id, flight: $0.flight) }
            ) { trip, reserved in
                trip.seat = reserved.seat
            }
            Compensatable(
                "reserve-room", timeout: timeout, retry: retry,
                ask: { ReserveRoom(trip: $0.id, hotel: $0.hotel) },
                undo: { ReleaseRoom(trip: $0.id, hotel: $0.hotel) })
        }
        Pivot(
            "charge-card", timeout: timeout, retry: retry,
            ask: { ChargeCard(trip: $0.id, card: $0.card, price: $0.price) })
        Retriable(
            "issue-ticket", timeout: timeout, retry: retry,
            ask: { IssueTicket(trip: $0.id, flight: $0.flight) }
        ) { trip, issued in
            trip.ticket = issued.ticket
        }
    }
}
