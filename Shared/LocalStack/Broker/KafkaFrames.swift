import NIOCore

/// Cuts a stream of bytes into Kafka's frames, each with the four bytes of its length in front.
///
/// What is no Kafka comes out as it went in.
struct KafkaFrames {
    private static let longest: Int32 = 100 << 20

    private var rest = ByteBuffer()
    private var isKafka = true

    /// The frames that these bytes complete, in order.
    mutating func cut(_ bytes: ByteBuffer) -> [ByteBuffer] {
        guard isKafka else { return [bytes] }
        if rest.readableBytes == 0 { rest = bytes } else { rest.writeImmutableBuffer(bytes) }
        var frames: [ByteBuffer] = []
        while let length = rest.getInteger(at: rest.readerIndex, as: Int32.self) {
            guard length >= 4, length < Self.longest else {
                isKafka = false
                frames.append(rest)
                rest = ByteBuffer()
                return frames
            }
            guard let frame = rest.readSlice(length: 4 + Int(length)) else { break }
            frames.append(frame)
        }
        // What was cut off already is let go of.
        rest = rest.slice()
        return frames
    }
}

extension ByteBuffer {
    /// A string as Kafka writes it; no string is an empty one.
    mutating func readKafkaString() -> String? {
        guard let length = readInteger(as: Int16.self) else { return nil }
        return length < 0 ? "" : readString(length: Int(length))
    }

    /// Calls `body` for each element of an array, which reads it; `nil` if it cannot.
    mutating func readKafkaArray<Element>(
        _ body: (inout ByteBuffer) -> Element?
    ) -> [Element]? {
        guard let count = readInteger(as: Int32.self) else { return nil }
        var elements: [Element] = []
        for _ in 0..<max(0, count) {
            guard let element = body(&self) else { return nil }
            elements.append(element)
        }
        return elements
    }

    /// Reads an array of topics, each with an array of partitions that begin with their number.
    mutating func readKafkaPartitions<Value>(
        _ body: (inout ByteBuffer) -> Value?
    ) -> [Partition: Value]? {
        var values: [Partition: Value] = [:]
        let topics: [Void]? = readKafkaArray { input in
            guard let topic = input.readKafkaString() else { return nil }
            let partitions: [Void]? = input.readKafkaArray { input in
                guard let number = input.readInteger(as: Int32.self), let value = body(&input)
                else { return nil }
                values[Partition(topic: topic, number: number)] = value
                return ()
            }
            return partitions.map { _ in }
        }
        return topics.map { _ in values }
    }

    /// Passes over so many bytes; `nil` if there are fewer.
    mutating func skip(_ count: Int) -> Void? {
        guard count >= 0, readableBytes >= count else { return nil }
        moveReaderIndex(forwardBy: count)
        return ()
    }
}
