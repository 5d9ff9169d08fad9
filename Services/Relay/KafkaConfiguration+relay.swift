import Kafka

/// What the relay's producer is told.
extension KafkaConfiguration {
    private static let bound = "queue.buffering.max.kbytes"

    /// How many bytes of keys and values may be on their way, so that memory is bounded with large
    /// ones.
    var queuedBytes: Int { (settings[Self.bound].flatMap { Int($0) } ?? 65_536) * 1024 }

    /// `batch`: how large a batch of records may be, if less than is configured.
    func forRelay(batch: Int?) -> KafkaConfiguration {
        var result = self
        if let batch { result.settings["batch.size"] = "\(batch)" }
        // Never given up: the log holds what Kafka has not taken.
        result.settings["message.timeout.ms"] = "0"
        // Kept by the relay, between two records: a row must not find the queue full of what was
        // read before.
        result.settings[Self.bound] = "2097151"
        return result
    }
}
