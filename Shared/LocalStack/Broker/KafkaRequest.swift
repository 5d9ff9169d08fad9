import NIOCore

/// A partition of a topic of the embedded broker.
struct Partition: Hashable {
    let topic: String
    let number: Int32
}

/// What `LongPoll` has to know of a request. Layouts: https://kafka.apache.org/protocol
enum KafkaRequest {
    case fetch(FetchRequest)
    case produce(correlation: Int32)
    /// Anything else, and whatever cannot be read.
    case other

    init(_ frame: ByteBuffer) {
        var input = frame
        self = .other
        guard input.skip(4) != nil,
            let (key, version, correlation) = input.readMultipleIntegers(
                as: (Int16, Int16, Int32).self),
            input.readKafkaString() != nil
        else { return }
        switch (key, version) {
        case (FetchRequest.key, FetchRequest.version):
            if let fetch = FetchRequest(frame, correlation, body: input) { self = .fetch(fetch) }
        case (ProduceAnswer.key, ProduceAnswer.versions):
            self = .produce(correlation: correlation)
        default: return
        }
    }
}

/// What a client wants to have of which partitions, and how long it waits for it.
struct FetchRequest {
    static let key: Int16 = 1
    /// The last one before the flexible encoding; see `ApiVersionsMend`.
    static let version: Int16 = 11

    let correlation: Int32
    /// The offset of the first message that is wanted.
    let wanted: [Partition: Int64]
    let patience: TimeAmount
    private let frame: ByteBuffer
    private let placeOfWait: Int

    fileprivate init?(_ frame: ByteBuffer, _ correlation: Int32, body: ByteBuffer) {
        var input = body
        guard input.skip(4) != nil, case let place = input.readerIndex,
            let wait = input.readInteger(as: Int32.self),
            // Bytes wanted, isolation level, session.
            input.skip(17) != nil,
            let wanted = input.readKafkaPartitions({ input -> Int64? in
                guard input.skip(4) != nil, let offset = input.readInteger(as: Int64.self),
                    input.skip(12) != nil
                else { return nil }
                return offset
            })
        else { return nil }
        self.correlation = correlation
        self.wanted = wanted
        self.patience = .milliseconds(Int64(wait))
        self.frame = frame
        self.placeOfWait = place
    }

    /// The request with another `max_wait_ms`, if that is shorter.
    func waiting(atMost milliseconds: Int32) -> ByteBuffer {
        var request = frame
        let wait = min(milliseconds, Int32(clamping: patience.nanoseconds / 1_000_000))
        request.setInteger(wait, at: placeOfWait)
        return request
    }
}

/// Reads from the answer to a fetch where the partitions end.
enum FetchAnswer {
    /// The offset of each partition's last message; `nil` if it cannot be read.
    static func lasts(_ frame: ByteBuffer) -> [Partition: Int64]? {
        var input = frame
        // Length, correlation, throttle time, error, session.
        guard input.skip(18) != nil else { return nil }
        return input.readKafkaPartitions { input -> Int64? in
            guard let (error, end) = input.readMultipleIntegers(as: (Int16, Int64).self),
                // Two more offsets, aborted transactions, the replica to read from, records.
                input.skip(16) != nil, input.readKafkaArray({ $0.skip(16) }) != nil,
                input.skip(4) != nil, let length = input.readInteger(as: Int32.self),
                input.skip(Int(max(0, length))) != nil
            else { return nil }
            return error == 0 ? end - 1 : -1
        }
    }
}

/// Reads from the answer to a produce what the partitions have now.
enum ProduceAnswer {
    static let key: Int16 = 0
    /// Their answers are laid out the same; see `ApiVersionsMend` for the last.
    static let versions: ClosedRange<Int16> = 5...7

    /// The offset of the first message that each partition was given; `nil` if it cannot be read.
    static func firsts(_ frame: ByteBuffer) -> [Partition: Int64]? {
        var input = frame
        guard input.skip(8) != nil else { return nil }
        return input.readKafkaPartitions { input -> Int64? in
            guard let (error, first) = input.readMultipleIntegers(as: (Int16, Int64).self),
                input.skip(16) != nil
            else { return nil }
            return error == 0 ? first : -1
        }
    }
}
