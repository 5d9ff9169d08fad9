public import FoundationEssentials
import Synchronization

/// Makes time-ordered UUIDs (RFC 9562, version 7), so that rows inserted together lie together.
///
/// Within one process the ids are strictly increasing: the 12 bits after the version count up
/// within one millisecond (RFC 9562 §6.2, method 1), and a full counter borrows from the next one.
public enum UUIDv7 {
    private struct Clock {
        var millisecond: UInt64 = 0
        var counter: UInt64 = 0
    }

    private static let clock = Mutex(Clock())

    /// The next id. Never throws, never repeats within a process.
    public static func next() -> UUID {
        let now = UInt64(max(0, Date().timeIntervalSince1970 * 1000))
        let (millisecond, counter) = clock.withLock { clock -> (UInt64, UInt64) in
            if now > clock.millisecond {
                clock.millisecond = now
                clock.counter = UInt64.random(in: 0..<0x400)
            } else {
                clock.counter += 1
                if clock.counter > 0xFFF {
                    clock.millisecond += 1
                    clock.counter = 0
                }
            }
            return (clock.millisecond, clock.counter)
        }
        let high = millisecond << 16 | 0x7000 | counter
        let low = UInt64.random(in: .min ... .max) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return UUID(high: high, low: low)
    }
}

extension UUID {
    /// A UUID from its two big-endian halves.
    init(high: UInt64, low: UInt64) {
        func byte(_ word: UInt64, _ index: UInt64) -> UInt8 {
            UInt8(truncatingIfNeeded: word >> (56 - 8 * index))
        }
        self.init(
            uuid: (
                byte(high, 0), byte(high, 1), byte(high, 2), byte(high, 3),
                byte(high, 4), byte(high, 5), byte(high, 6), byte(high, 7),
                byte(low, 0), byte(low, 1), byte(low, 2), byte(low, 3),
                byte(low, 4), byte(low, 5), byte(low, 6), byte(low, 7)
            ))
    }
}
