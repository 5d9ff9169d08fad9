import Kafka

/// What a session that failed leaves for the next one: the records that Kafka refused.
///
/// Kafka refuses a batch as a whole, so that one record's fault is told of its neighbours too. The
/// next session publishes each of them alone, and then knows.
struct Suspicion {
    /// The ids of rows.
    private var rows: Set<[UInt8]> = []
    private var topics: Set<[UInt8]> = []

    var isEmpty: Bool { rows.isEmpty && topics.isEmpty }

    /// Takes the report in; `false` if it says nothing against the record or its topic.
    mutating func add(_ failure: DeliveryReports.Failure, idHeader: String) -> Bool {
        guard let reason = ParkingReason(failure.error) else { return false }
        if reason.isOfTopic {
            topics.insert(Array(failure.topic.utf8))
        } else if let id = failure.headers.first(where: { $0.0 == idHeader }) {
            rows.insert(id.1)
        }
        return true
    }

    func covers(id: [UInt8], topic: UnsafeRawBufferPointer) -> Bool {
        rows.contains(id) || !topics.isEmpty && topics.contains([UInt8](topic))
    }

    /// The row was published, or parked: nothing more is to be found out about it.
    mutating func clear(id: [UInt8], topic: UnsafeRawBufferPointer) {
        rows.remove(id)
        topics.remove([UInt8](topic))
    }
}
