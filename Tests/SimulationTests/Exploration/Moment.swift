/// What can be on its way between the saga and the participant of one of its steps.
enum Mail: Int, CaseIterable {
    case action, undo
    case actionDone, actionRefused, undoDone, undoRefused

    var isCommand: Bool { self == .action || self == .undo }
}

/// How much may go wrong on one way through a saga's life.
struct Bounds {
    /// How many faults, of whatever kind and wherever, at most 7.
    let faults: Int
    /// How many copies of one message can be on their way at once, at most 3; what is sent beyond
    /// that is lost.
    var copies = 2
}

/// One state of everything: the saga, its participants, the mail between them, and the faults
/// that are left. Two machine words, so that millions of them can be kept and compared.
struct Moment: Hashable {
    /// A saga of more steps does not fit.
    static let maximumSteps = 5

    /// Saga (16 bits), faults (3 bits), and the first step from bit 48 on.
    private var low: UInt64 = 0
    /// The other steps: 16 bits each.
    private var high: UInt64 = 0

    /// The number of the saga's mind.
    var saga: Int {
        get { Int(low & 0xFFFF) }
        set { low = low & ~0xFFFF | UInt64(newValue) }
    }

    /// How many faults may still happen.
    var faults: Int {
        get { Int(low >> 16 & 7) }
        set { low = low & ~(7 << 16) | UInt64(newValue) << 16 }
    }

    /// The number of the step's desk, below 16.
    subscript(desk step: Int) -> Int {
        get { Int(lane(step) & 0xF) }
        set { setLane(step, lane(step) & ~0xF | UInt64(newValue)) }
    }

    /// How many copies of a message are on their way, at most 3.
    subscript(mail: Mail, step: Int) -> Int {
        get { Int(lane(step) >> UInt64(4 + 2 * mail.rawValue) & 3) }
        set {
            let shift = UInt64(4 + 2 * mail.rawValue)
            setLane(step, lane(step) & ~(3 << shift) | UInt64(newValue) << shift)
        }
    }

    /// Whether anything of a step is on its way: asked first, because mostly nothing is.
    func hasMail(_ step: Int) -> Bool { lane(step) & 0xFFF0 != 0 }

    private func lane(_ step: Int) -> UInt64 {
        step == 0 ? low >> 48 : high >> UInt64(16 * (step - 1)) & 0xFFFF
    }

    private mutating func setLane(_ step: Int, _ lane: UInt64) {
        if step == 0 {
            low = low & 0xFFFF_FFFF_FFFF | lane << 48
        } else {
            let shift = UInt64(16 * (step - 1))
            high = high & ~(0xFFFF << shift) | lane << shift
        }
    }
}
