import TestSupport
import Testing

@testable import Saga

@Suite("A saga's diagram", .tags(.unit))
struct DiagramTests {
    @Test("shows steps one after the other, and what is undone when they fail")
    func sequence() {
        #expect(
            tripSaga().plan.diagram == """
                stateDiagram-v2
                    state "book-hotel" as book_hotel
                    state "book-flight" as book_flight
                    state "charge (pivot)" as charge
                    state "send-ticket" as send_ticket
                    state "undo book-hotel" as undo_book_hotel
                    state "undo book-flight" as undo_book_flight
                    [*] --> book_hotel
                    book_hotel --> book_flight: done
                    book_hotel --> compensated: refused
                    book_hotel --> undo_book_hotel: silent
                    book_flight --> charge: done
                    book_flight --> undo_book_hotel: refused
                    book_flight --> undo_book_flight: silent
                    charge --> send_ticket: done
                    charge --> undo_book_flight: refused
                    charge --> charge: silent, asked again
                    send_ticket --> succeeded: done
                    send_ticket --> send_ticket: refused or silent, asked again
                    succeeded --> [*]
                    undo_book_flight --> undo_book_hotel: done
                    undo_book_hotel --> compensated: done
                    compensated --> [*]
                """)
    }

    @Test("shows a group forked and joined, both ways")
    func group() {
        #expect(
            hastyTripSaga().plan.diagram == """
                stateDiagram-v2
                    state "book-hotel" as book_hotel
                    state "book-flight" as book_flight
                    state "charge (pivot)" as charge
                    state "send-ticket" as send_ticket
                    state "undo book-hotel" as undo_book_hotel
                    state "undo book-flight" as undo_book_flight
                    state fork_0 <<fork>>
                    state join_0 <<join>>
                    state undo_fork_0 <<fork>>
                    state undo_join_0 <<join>>
                    [*] --> fork_0
                    fork_0 --> book_hotel
                    book_hotel --> join_0: done
                    book_hotel --> undo_fork_0: refused or silent
                    fork_0 --> book_flight
                    book_flight --> join_0: done
                    book_flight --> undo_fork_0: refused or silent
                    join_0 --> charge
                    charge --> send_ticket: done
                    charge --> undo_fork_0: refused
                    charge --> charge: silent, asked again
                    send_ticket --> succeeded: done
                    send_ticket --> send_ticket: refused or silent, asked again
                    succeeded --> [*]
                    undo_fork_0 --> undo_book_hotel
                    undo_book_hotel --> undo_join_0: done
                    undo_fork_0 --> undo_book_flight
                    undo_book_flight --> undo_join_0: done
                    undo_join_0 --> compensated
                    compensated --> [*]
                """)
    }
}
