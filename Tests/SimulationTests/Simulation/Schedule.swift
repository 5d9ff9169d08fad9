/// Virtual time: what is to happen, by its moment, and at the same moment in the order in which it
/// was planned.
struct Schedule<Event> {
    private struct Entry {
        let time: Int64
        let number: Int
        let event: Event

        func isBefore(_ other: Entry) -> Bool { (time, number) < (other.time, other.number) }
    }

    /// Milliseconds since the beginning.
    private(set) var now: Int64 = 0
    private var planned = 0
    /// A binary heap, the next event first.
    private var heap: [Entry] = []

    /// Plans an event, `milliseconds` from now.
    mutating func plan(_ event: Event, in milliseconds: Int64) {
        planned += 1
        heap.append(Entry(time: now + max(0, milliseconds), number: planned, event: event))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].isBefore(heap[parent]) else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Goes to the moment of the next event; `nil` if nothing is to happen any more.
    mutating func next() -> Event? {
        guard let first = heap.first else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isBefore(heap[least]) {
                least = child
            }
            guard least != parent else { break }
            heap.swapAt(parent, least)
            parent = least
        }
        now = first.time
        return first.event
    }
}
